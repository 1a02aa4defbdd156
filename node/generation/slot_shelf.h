#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/engine/engine.h"
#include "mpc/wire/proxy_messages.h"

namespace tercet::node {

/// What the slots of one session were made for; an Encrypt must name the same (protocol.md 2
/// "Valid, not only equal").
class SlotOrigin {
 public:
  SlotOrigin() = default;
  SessionId session;
  KeyId key;
  std::string store;
  KeyVersion version;
  EpochId epoch;
  SessionId derived;
  std::uint16_t blocks = 0;
};

/// The prepared slots of one lease, by session and number. A slot is burnt by being taken out; it
/// cannot come back.
/// Secret: the slots.  Threads: the service's executor only.
class SlotShelf {
 public:
  /// All keys of the lease together, as many as arrive while a session runs across far sites.
  /// Beyond it the oldest go: a proxy that gave up on slots it asked for cannot fill the shelf for
  /// good.
  static constexpr std::size_t kSlotsMax = 640;

  static bool has_room(std::size_t count) { return count <= kSlotsMax; }

  std::size_t held() const { return held_; }

  void add(const SlotOrigin& origin, std::vector<mpc::Slot> slots);

  /// Where the slot comes from, without burning it. Errors: already_burnt (spent, or never made).
  Result<SlotOrigin> look(const SessionId& session, std::uint16_t slot_number) const;
  /// Takes it out for good. Errors: already_burnt.
  Result<mpc::Slot> burn(const SessionId& session, std::uint16_t slot_number);

  /// Destroys all slots of a key (disabled, new epoch). Returns how many.
  std::size_t drop_key(const KeyId& key);
  /// Destroys those of other versions than these (rotated). Returns how many.
  std::size_t drop_key_but(const KeyId& key, KeyVersion version, std::optional<KeyVersion> also);

 private:
  class Shelf {
   public:
    Shelf() = default;
    SlotOrigin origin;
    std::map<std::uint16_t, mpc::Slot> slots;
  };

  template <class Goes>
  std::size_t drop_where(const Goes& goes);
  void drop_oldest();

  std::map<SessionId, Shelf> shelves_;
  std::deque<SessionId> order_;  ///< oldest first
  std::size_t held_ = 0;
};

}  // namespace tercet::node
