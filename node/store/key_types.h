#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
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

/// Names one generation of shares of one key version.
class KeyEpoch {
 public:
  KeyEpoch() = default;

  KeyEpoch(KeyId key_id, KeyVersion key_version, Epoch share_epoch)
      : key(std::move(key_id)), version(key_version), epoch(share_epoch) {}

  auto operator<=>(const KeyEpoch&) const = default;

  KeyId key;
  KeyVersion version;
  Epoch epoch;
};

/// Life of an epoch at a node: pending from the moment its components are durable; active when
/// three signed HELDs stand and the key check has passed (protocol.md 6 "Order").
enum class EpochState : std::uint8_t { pending = 0, active = 1, retired = 2 };

std::string_view print_epoch_state(EpochState state);

/// A key as this node knows it. `enabled` is what the last command said; whether the key can serve
/// also needs an active epoch.
class KeyRecord {
 public:
  KeyRecord() = default;

  KeyId key;
  std::string store;  ///< name of the key store it belongs to; empty: in no store (health key)
  KeyUsage usage;
  KeyFraming framing = KeyFraming::framed;
  bool enabled = false;
  std::uint64_t revision = 0;  ///< raised by every command on the key
  KeyVersion version;          ///< the current one
  std::optional<Epoch> epoch;  ///< the active one of that version; empty while it is being made
  std::int64_t created_at = 0;
  CommandId made_by;  ///< the command
  /// The stored shares of the active epoch do not open: this node refuses the key (rule D4).
  bool damaged = false;

  /// May sessions use it?
  bool serves() const { return enabled && epoch.has_value() && !damaged; }

  bool operator==(const KeyRecord&) const = default;
};

}  // namespace tercet::node
