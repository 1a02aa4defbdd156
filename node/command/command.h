#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/command/form.h"
#include "node/command/kinds/kinds.h"
#include "node/command/making.h"

namespace tercet::node {

class KeyBlocks;

/// An administrators' command: a head that all kinds have, and a body of one kind. Printed as
/// canonical JSON (keys sorted, no spaces, no escapes beyond RFC 8785's); signatures cover exactly
/// these bytes, so a document that does not print to itself is refused. docs/api.md shows one.
class Command {
 public:
  Command() = default;

  CommandId id;
  ClusterId cluster;
  std::int64_t created_at = 0;  ///< seconds since 1970
  std::int64_t expires_at = 0;
  /// Commands that this one overrides: of a permit the blocks that it lifts. In the order of their
  /// ids, none twice.
  std::vector<CommandId> overrides;
  CommandBody body;

  std::string_view kind() const;
  CommandForm form() const;
  const KeyId& key() const;
  /// What has come about when it is done, for people.
  std::string_view done_text() const;

  /// What it asks to be made; nothing unless its form is `making`.
  std::optional<Making> making() const;
  /// The effect of a block, or of a permit in force; none of a command that makes.
  void apply(KeyBlocks& to) const;

  /// The canonical document.
  std::string print() const;
  /// Strict: canonical, every field known, present and in range. Errors: invalid_argument.
  static Result<Command> parse(std::string_view document);
};

inline constexpr std::size_t kCommandBytesMax = 16 * 1024;
inline constexpr std::size_t kOverridesMax = 64;
inline constexpr std::int64_t kCommandLifetimeSecondsMax = 24 * 3600;
inline constexpr std::int64_t kCommandSkewSecondsMax = 60;

/// The bytes an administrator signs: a label and the document.
Bytes command_signing_input(std::string_view document);

}  // namespace tercet::node
