#pragma once

#include <map>
#include <vector>

#include "core/base/ids.h"
#include "node/store/key_types.h"

namespace tercet::node {

/// The keys that exist here, derived from the epochs that are current: a mirror of ShareStore's
/// table, which alone changes it. Reads cost no disk access and may stand on the request path.
/// A key is never removed (rule K5: an id is never given to a different key later).
/// Threads: one, that of NodeStore.
class KeyRecords {
 public:
  KeyRecords() = default;

  /// The record, or nullptr. Valid until the next change.
  const KeyRecord* find(const KeyId& key) const;

  /// In the order of their ids.
  const std::map<KeyId, KeyRecord>& all() const { return records_; }

  /// Adds the version, or replaces it.
  void put(const EpochRecord& epoch);
  /// The version's shares did not open (rule D4).
  void mark_damaged(const KeyId& key, KeyVersion version);

 private:
  EpochRecord* find_version(const KeyId& key, KeyVersion version);

  std::map<KeyId, KeyRecord> records_;
};

}  // namespace tercet::node
