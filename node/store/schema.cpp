#include "node/store/schema.h"

#include <string>

namespace tercet::node {
namespace {

constexpr std::int64_t kApplicationId = 0x54435254;  // "TCRT"

// `code` authenticates the other columns of its row (share_sealer.h).
constexpr const char* kSchemaV1 = R"sql(
CREATE TABLE node (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;
CREATE TABLE keys (
  key TEXT PRIMARY KEY,
  store TEXT NOT NULL,
  usage TEXT NOT NULL,
  framing TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  version INTEGER NOT NULL,
  epoch INTEGER,
  created_at INTEGER NOT NULL,
  made_by BLOB NOT NULL,
  code BLOB NOT NULL
) STRICT;
CREATE TABLE epochs (
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  state INTEGER NOT NULL,
  session BLOB NOT NULL,
  missing_commitment BLOB,
  check_value BLOB,
  components BLOB NOT NULL,
  salts BLOB,
  derived BLOB,
  code BLOB NOT NULL,
  PRIMARY KEY (key, version, epoch)
) STRICT;
CREATE TABLE held (
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  node INTEGER NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (key, version, epoch, node),
  FOREIGN KEY (key, version, epoch) REFERENCES epochs (key, version, epoch)
) STRICT;
CREATE TABLE commands (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  key TEXT NOT NULL,
  envelope TEXT NOT NULL,
  logged_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  detail TEXT NOT NULL,
  code BLOB NOT NULL
) STRICT;
CREATE TABLE iv_counts (
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  code BLOB NOT NULL,
  PRIMARY KEY (key, version)
) STRICT;
)sql";

Result<std::int64_t> pragma(Database& database, const char* sql) {
  TERCET_TRY(Statement query, database.prepare(sql));
  TERCET_TRY(const bool row, query.next());
  if (!row) {
    return Error(Errc::storage_corrupt, "read the database's schema version");
  }
  return query.integer(0);
}

}  // namespace

Status prepare_schema(Database& database) {
  TERCET_TRY(const std::int64_t application, pragma(database, "PRAGMA application_id"));
  TERCET_TRY(const std::int64_t version, pragma(database, "PRAGMA user_version"));
  TERCET_TRY(const std::int64_t tables, pragma(database, "SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && tables == 0) {
    TERCET_TRY_STATUS(database.begin());
    Status made = database.execute(kSchemaV1);
    if (made) {
      const std::string stamp = "PRAGMA application_id=" + std::to_string(kApplicationId) +
                                ";PRAGMA user_version=" + std::to_string(kSchemaVersion);
      made = database.execute(stamp.c_str());
    }
    if (!made) {
      database.roll_back();
      return made;
    }
    return database.commit();
  }
  if (application != kApplicationId) {
    return Error(Errc::storage_corrupt, "open the node's database: it is not one of tercet-node")
        .hint("set data_dir to the directory of this node");
  }
  if (version != kSchemaVersion) {
    return Error(Errc::unsupported,
                 "open the node's database: its schema version is unknown to this program")
        .hint("run the version of tercet-node that wrote it");
  }
  return ok_status();
}

}  // namespace tercet::node
