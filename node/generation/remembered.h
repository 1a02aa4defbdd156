#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/engine/engine.h"

namespace tercet::node {

/// Keystream shares of finished sessions of one lease, so that a Decrypt of the same ciphertext
/// needs no S-box layers (protocol.md 8 "Remembered keystream"). Bounded: what was not used for
/// longest goes first. Ends with the lease, and with the key's state and epoch.
/// Secret: all of it.  Threads: the service's executor only.
class RememberedShelf {
 public:
  /// On average an entry may have this many blocks; 12 are a data key as KMS sends it.
  static constexpr std::size_t kBlocksEach = 16;

  class Entry {
   public:
    Entry(const KeyId& key_id,
          KeyVersion key_version,
          const EpochId& key_epoch,
          mpc::Keystream shares)
        : key(key_id), version(key_version), epoch(key_epoch), keystream(std::move(shares)) {}

    KeyId key;
    KeyVersion version;
    EpochId epoch;
    mpc::Keystream keystream;
  };

  /// `entries_max` 0: remembers nothing.
  explicit RememberedShelf(std::size_t entries_max) : entries_max_(entries_max) {}

  void keep(const SessionId& session, Entry entry);

  /// The entry, or null; good until the next call.
  const Entry* find(const SessionId& session);

  void drop_key(const KeyId& key);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Kept {
    Kept(Entry kept, std::list<SessionId>::iterator last_use)
        : entry(std::move(kept)), use(last_use) {}

    Entry entry;
    std::list<SessionId>::iterator use;  ///< in uses_
  };

  using Place = std::unordered_map<SessionId, Kept>::iterator;
  Place drop(Place place);

  std::size_t entries_max_;
  std::unordered_map<SessionId, Kept> entries_;
  std::list<SessionId> uses_;  ///< the latest last
  std::size_t blocks_ = 0;
};

}  // namespace tercet::node
