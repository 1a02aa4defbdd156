#include "node/store/schema.h"

#include <string>

#include "node/store/command_log.h"
#include "node/store/decision_store.h"
#include "node/store/share_store.h"

namespace tercet::node {
namespace {

constexpr std::int64_t kUnreleasedVersion = 1;
constexpr std::int64_t kApplicationId = 0x54435254;  // "TCRT"

// `code` authenticates the other columns of its row (share_sealer.h).
constexpr const char* kNodeTables = R"sql(
CREATE TABLE node (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
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

Result<bool> is_empty(Database& database) {
  TERCET_TRY(const std::int64_t application, pragma(database, "PRAGMA application_id"));
  TERCET_TRY(const std::int64_t version, pragma(database, "PRAGMA user_version"));
  TERCET_TRY(const std::int64_t tables, pragma(database, "SELECT count(*) FROM sqlite_schema"));
  return application == 0 && version == 0 && tables == 0;
}

Status prepare_schema(Database& database) {
  TERCET_TRY(const std::int64_t application, pragma(database, "PRAGMA application_id"));
  TERCET_TRY(const std::int64_t version, pragma(database, "PRAGMA user_version"));
  TERCET_TRY(const bool empty, is_empty(database));
  if (empty) {
    TERCET_TRY_STATUS(database.begin());
    Status made = ok_status();
    for (const char* statements : {kNodeTables, kCommandTables, kEpochTables, kDecisionTables}) {
      if (made) {
        made = database.execute(statements);
      }
    }
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
  if (version == kUnreleasedVersion) {
    return Error(
               Errc::unsupported,
               "open the node's database: it is of a development version before the first release")
        .hint("no program reads it: move data_dir away, start with an empty one, make keys anew");
  }
  if (version != kSchemaVersion) {
    return Error(Errc::unsupported,
                 "open the node's database: its schema version is unknown to this program")
        .hint("run the version of tercet-node that wrote it");
  }
  return ok_status();
}

}  // namespace tercet::node
