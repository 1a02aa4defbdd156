#include "node/store/key_records.h"

#include <algorithm>

namespace tercet::node {

const EpochRecord* KeyRecord::find(KeyVersion version) const {
  const auto found = std::ranges::find(
      versions, version, [](const EpochRecord& epoch) { return epoch.name.version; });
  return found == versions.end() ? nullptr : &*found;
}

const KeyRecord* KeyRecords::find(const KeyId& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

EpochRecord* KeyRecords::find_version(const KeyId& key, KeyVersion version) {
  const auto found = records_.find(key);
  if (found == records_.end()) {
    return nullptr;
  }
  for (EpochRecord& epoch : found->second.versions) {
    if (epoch.name.version == version) {
      return &epoch;
    }
  }
  return nullptr;
}

void KeyRecords::put(const EpochRecord& epoch) {
  if (EpochRecord* known = find_version(epoch.name.key, epoch.name.version); known != nullptr) {
    *known = epoch;
    return;
  }
  KeyRecord& record = records_[epoch.name.key];
  record.key = epoch.name.key;
  const auto behind = std::ranges::upper_bound(
      record.versions, epoch.name.version, {}, [](const EpochRecord& other) {
        return other.name.version;
      });
  record.versions.insert(behind, epoch);
}

void KeyRecords::mark_damaged(const KeyId& key, KeyVersion version) {
  if (EpochRecord* known = find_version(key, version); known != nullptr) {
    known->damaged = true;
  }
}

}  // namespace tercet::node
