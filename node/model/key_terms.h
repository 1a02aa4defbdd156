#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "mpc/wire/proxy_messages.h"

namespace tercet::node {

/// What a key may be used for, as its administrators say (XKS reference, GetKeyMetadata).
struct KeyUsage {
  bool encrypt = false;
  bool decrypt = false;
  bool operator==(const KeyUsage&) const = default;
};

/// "encrypt,decrypt", "encrypt", "decrypt" or "none".
std::string print_usage(KeyUsage usage);
Result<KeyUsage> parse_usage(std::string_view text);

/// One AAD framing for the whole life of a key (protocol.md 8).
using KeyFraming = mpc::wire::AadFraming;

std::string_view print_framing(KeyFraming framing);
Result<KeyFraming> parse_framing(std::string_view text);

/// What the command that makes a key version says of it. Kept with the shares that its session
/// made, for good: another command never changes what these shares are used for.
class KeyTerms {
 public:
  KeyTerms() = default;

  std::string store;  ///< name of the key store it belongs to; empty: in no store (health key)
  KeyUsage usage;
  KeyFraming framing = KeyFraming::framed;
  /// False: made disabled. The command that made the key then blocks it, until a permit lifts it.
  bool enabled = true;

  bool operator==(const KeyTerms&) const = default;
};

}  // namespace tercet::node
