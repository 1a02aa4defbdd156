#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "mpc/wire/proxy_messages.h"

namespace tercet::proxy {

/// One slot as its proxy holds it: the IV and two copies of the keystream, built from different
/// nodes' messages. Good for one Encrypt, whatever comes back. Move-only; the copies are secret and
/// wiped when freed.
class ReadySlot {
 public:
  ReadySlot() = default;
  ReadySlot(ReadySlot&&) noexcept = default;
  ReadySlot& operator=(ReadySlot&&) noexcept = default;

  LeaseId lease;
  SessionId session;
  std::uint16_t number = 0;
  KeyVersion version;
  mpc::wire::AadFraming framing = mpc::wire::AadFraming::framed;
  std::array<std::uint8_t, mpc::wire::kIvBytes> iv{};
  Bytes keystream;
  Bytes keystream_second;
  bool made_ahead = false;  ///< of need, not on the spot

  std::size_t block_count() const { return keystream.size() / mpc::wire::kBlockBytes; }
};

/// Slots made ahead of need, by key and length. What belongs to a lease goes with it; how many
/// there are is SlotPlanner's to bound. Threads: one executor.
class SlotStore {
 public:
  /// The shortest slot with at least `blocks` blocks that was made within `lease`, the oldest of
  /// its length; it is out of the store then.
  std::optional<ReadySlot> take(const KeyId& key, std::size_t blocks, const LeaseId& lease);
  void put(const KeyId& key, ReadySlot slot);
  /// All of a key, for instance after a node said that it is disabled.
  void drop(const KeyId& key);
  /// All of the keys that are not in use any more.
  void drop_unless(const std::function<bool(const KeyId&)>& in_use);
  void drop_lease(const LeaseId& lease);
  /// Those of a key that have `shortest` to `longest` blocks.
  std::size_t count(const KeyId& key, std::size_t shortest, std::size_t longest) const;
  /// Of all keys.
  std::size_t total() const;

 private:
  std::map<KeyId, std::multimap<std::size_t, ReadySlot>> slots_;  ///< by block count
};

}  // namespace tercet::proxy
