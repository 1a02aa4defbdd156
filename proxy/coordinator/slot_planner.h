#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/time/clock.h"
#include "core/time/pace.h"
#include "proxy/coordinator/slot_store.h"

namespace tercet::proxy {

/// Decides for which keys slots are made ahead of need, how many, and how long (protocol.md 8).
///
/// For each key, and each class of message length, it follows the rate of Encrypts and keeps as
/// many slots ready as arrive while new ones are made, with room for bursts: steady load never
/// waits for a slot. A key in use keeps a few even when it is rarely used; long slots, which cost
/// many vectors, are kept only where their use is steady. What all keys keep together is bounded,
/// in slots and in bytes of released keystream, and shared out by rate.
///
/// Pure data: no waiting, no sending. Threads: one executor.
class SlotPlanner {
 public:
  /// Bounds of what is released to this proxy ahead of need, all keys together.
  static constexpr std::size_t kReadySlotsMax = 256;
  static constexpr std::size_t kReadyBlocksMax = 4096;
  /// Both together where many keys have one slot each: less than a node's shelf has room for.
  static constexpr std::size_t kHeldSlotsMax = 512;
  /// Slots of sessions under way, beside the ready ones; a node's shelf has room for both and more.
  static constexpr std::size_t kPendingSlotsMax = 192;

  /// One session's worth of slots.
  class Order {
   public:
    Order() = default;
    KeyId key;
    std::string store;
    std::uint16_t count = 0;
    std::uint16_t blocks = 0;

    std::uint32_t vectors() const;
  };

  /// An Encrypt of so many blocks looked for a slot.
  void asked(const KeyId& key, const std::string& store, std::size_t blocks, SteadyTime now);
  /// What to make next, if any key has fewer slots than it should. It counts as under way until
  /// `ended`, `failed` or `refused`.
  std::optional<Order> next(const SlotStore& ready, SteadyTime now);
  /// The session made its slots.
  void ended(const Order& order);
  /// The session failed: the next one for this key waits, longer after each failure. What the key
  /// needs is not forgotten: that no slot was made is no sign that none is wanted.
  void failed(const Order& order, SteadyTime now);
  /// The nodes make no slots for this key (disabled, gone): none until it is used again.
  void refused(const Order& order);

  /// How long a session took that made slots, ahead or on the spot, from its first message to its
  /// last: not what it waited for vectors, or a shortage of them would count as distance, and more
  /// slots would be wanted the fewer vectors there are.
  void session_took(Milliseconds took);

  /// The fastest session of late; zero as long as there was none. What begins now, with less time
  /// left, cannot end in time: across far sites a session takes 15 hops.
  Milliseconds fastest_session() const { return pace_.fastest(); }

  /// Which keys were used of late; the slots of all others may go.
  bool is_hot(const KeyId& key) const { return keys_.contains(key); }

 private:
  static constexpr std::size_t kClasses = 6;  ///< of message length

  class Demand {
   public:
    Demand() = default;
    double per_second = 0;        ///< decays; right at a steady rate
    SteadyTime counted_at{};      ///< when `per_second` was brought up to date
    std::size_t longest = 0;      ///< blocks, in this window
    std::size_t longest_old = 0;  ///< and in the one before
    SteadyTime window_began{};
    std::size_t pending = 0;  ///< slots under way
    double rate(SteadyTime now) const;
    void add(std::size_t blocks, SteadyTime now);

    std::size_t slot_blocks() const { return longest > longest_old ? longest : longest_old; }
  };

  class Key {
   public:
    Key() = default;
    std::string store;
    SteadyTime used_at{};
    unsigned failures = 0;  ///< in a row
    SteadyTime not_before{};
    std::array<Demand, kClasses> demands;
  };

  /// How many slots one key should have of one length.
  struct Need {
    const KeyId* key;
    Key* entry;
    std::size_t length_class;
    double target;
  };

  static std::size_t class_of(std::size_t blocks);
  /// No session for it is under way.
  static bool is_idle(const Key& key);
  bool forget_longest_unused();
  std::size_t wanted(std::size_t length_class, const Demand& demand, SteadyTime now) const;
  /// All keys', within the bounds.
  std::vector<Need> needs(SteadyTime now);
  void forget_cold(SteadyTime now);
  std::size_t pending() const;

  std::map<KeyId, Key> keys_;
  bool is_far() const;

  std::optional<double> make_seconds_;  ///< how long a session takes, smoothed
  Pace pace_;
};

}  // namespace tercet::proxy
