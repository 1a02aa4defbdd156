#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/store/key_types.h"

namespace tercet::node {

/// What an administrators' command does.
enum class CommandKind : std::uint8_t { create_key, import_key, enable_key, disable_key };

std::string_view print_kind(CommandKind kind);
Result<CommandKind> parse_kind(std::string_view text);

/// Makes keys in a joint session (the others change a record at each node by itself).
bool makes_key(CommandKind kind);

/// The shares of an imported key on their way: one sealed box for each node
/// (node/admin/key_split.h) and, for each component, the importer's hash of it, which both its
/// holders check.
class ImportPayload {
 public:
  ImportPayload() = default;

  std::array<std::uint8_t, 16> nonce{};
  std::array<Bytes, 3> boxes;                                 ///< for node 1, 2, 3; ciphertext
  std::array<std::array<std::uint8_t, 32>, 3> commitments{};  ///< of component 1, 2, 3
};

/// An administrators' command. Printed as canonical JSON (keys sorted, no spaces, no escapes beyond
/// RFC 8785's); signatures cover exactly these bytes, so a document that does not print to itself
/// is refused. docs/api.md shows one.
class Command {
 public:
  Command() = default;

  CommandId id;
  ClusterId cluster;
  CommandKind kind = CommandKind::create_key;
  KeyId key;
  std::int64_t created_at = 0;  ///< seconds since 1970
  std::int64_t expires_at = 0;
  /// The key's revision the administrators looked at; 0 for a key that does not exist yet.
  std::uint64_t revision = 0;
  // Of create_key and import_key:
  std::string store;  ///< empty: in no store (the health key)
  KeyUsage usage;
  bool enabled = true;
  KeyFraming framing = KeyFraming::framed;
  std::optional<ImportPayload> import;

  /// The canonical document.
  std::string print() const;
  /// Strict: canonical, every field known, present and in range. Errors: invalid_argument.
  static Result<Command> parse(std::string_view document);
};

inline constexpr std::size_t kCommandBytesMax = 16 * 1024;
inline constexpr std::size_t kCommandSignaturesMax = 16;
inline constexpr std::int64_t kCommandLifetimeSecondsMax = 24 * 3600;
inline constexpr std::int64_t kCommandSkewSecondsMax = 60;

class CommandSignature {
 public:
  CommandSignature() = default;
  std::string administrator;  ///< name in the cluster file
  std::array<std::uint8_t, 64> signature{};
};

/// A command with its signatures, as it travels and is kept:
/// {"command": "<canonical document>", "signatures": [{"administrator", "signature"}]}.
class CommandEnvelope {
 public:
  CommandEnvelope() = default;
  std::string document;
  std::vector<CommandSignature> signatures;

  std::string print() const;
  static Result<CommandEnvelope> parse(std::string_view text);
};

/// The bytes an administrator signs: a label and the document.
Bytes command_signing_input(std::string_view document);

}  // namespace tercet::node
