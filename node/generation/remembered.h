#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/engine/engine.h"

namespace tercet::node {

/// Keystream shares of finished sessions of one lease, so that a Decrypt of the same ciphertext
/// needs no S-box layers (protocol.md 8 "Remembered keystream"). Bounded: the oldest go first. Ends
/// with the lease, and with the key's state and epoch.
/// Secret: all of it.  Threads: the service's executor only.
class RememberedShelf {
 public:
  static constexpr std::size_t kEntriesMax = 1024;
  static constexpr std::size_t kBlocksMax = 16 * 1024;

  class Entry {
   public:
    Entry(const KeyId& key_id, KeyVersion key_version, Epoch key_epoch, mpc::Keystream shares)
        : key(key_id), version(key_version), epoch(key_epoch), keystream(std::move(shares)) {}

    KeyId key;
    KeyVersion version;
    Epoch epoch;
    mpc::Keystream keystream;
  };

  void keep(const SessionId& session, Entry entry);

  /// The entry, or null.
  const Entry* find(const SessionId& session) const;

  void drop_key(const KeyId& key);

  std::size_t size() const { return entries_.size(); }

 private:
  void drop_oldest();

  std::unordered_map<SessionId, Entry> entries_;
  std::deque<SessionId> order_;
  std::size_t blocks_ = 0;
};

}  // namespace tercet::node
