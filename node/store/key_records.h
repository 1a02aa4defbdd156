#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/store/key_types.h"

namespace tercet::node {

class Database;
class ShareSealer;

/// The table of keys, mirrored in memory: reads cost no disk access and may stand on the request
/// path. Records are never removed (rule K5: an id is never given to a different key later).
/// Threads: one, that of NodeStore.
class KeyRecords {
 public:
  /// Reads the whole table. Errors: storage_error, storage_corrupt.
  static Result<KeyRecords> load(Database& database, const ShareSealer& sealer);

  /// The record, or nullptr. Valid until the next change.
  const KeyRecord* find(const KeyId& key) const;
  /// In the order of their ids.
  std::vector<KeyRecord> all() const;

  /// Errors: already_exists.
  Status insert(const KeyRecord& record);
  /// Replaces the record of the same id. Errors: not_found.
  Status update(const KeyRecord& record);
  /// In memory only: the key's shares did not open (rule D4).
  void mark_damaged(const KeyId& key);
  /// After a transaction that was rolled back.
  Status reload();

 private:
  KeyRecords(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  Status write(const char* sql, const KeyRecord& record);

  Database* database_;
  const ShareSealer* sealer_;
  std::map<KeyId, KeyRecord> records_;
};

}  // namespace tercet::node
