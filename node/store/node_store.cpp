#include "node/store/node_store.h"

#include "core/secret/secret_bytes.h"
#include "node/store/command_log.h"
#include "node/store/data_directory.h"
#include "node/store/database.h"
#include "node/store/decision_store.h"
#include "node/store/heard_counts.h"
#include "node/store/iv_counts.h"
#include "node/store/schema.h"
#include "node/store/share_sealer.h"
#include "node/store/share_store.h"

namespace tercet::node {
namespace {

// A sealed constant: opens only with the sealing key and node id the directory was made with.
constexpr std::string_view kKeyProof = "key proof";
constexpr const char* kDatabaseName = "node.db";
constexpr const char* kLogName = "node.db-wal";  ///< there while the database is open

Status check_sealing_key(const SecretBytes& sealing_key) {
  if (sealing_key.size() != 32) {
    return Error(Errc::config_error, "open the node's store: the sealing key has a wrong length")
        .hint("sealing_key_file holds 32 bytes");
  }
  return ok_status();
}

/// A database that lost all it had must not be filled anew: the peers know what was in it.
Status check_not_empty(Database& database) {
  TERCET_TRY(const bool empty, is_empty(database));
  if (empty) {
    return Error(Errc::storage_corrupt, "open the data directory: its database is empty")
        .hint(
            "restore this node's own backup. If its very first start broke off: remove node.db "
            "and what begins with it, and start with --init again");
  }
  return ok_status();
}

Status prove_sealing_key(Database& database, const ShareSealer& sealer) {
  TERCET_TRY(Statement query, database.prepare("SELECT value FROM node WHERE name = ?"));
  query.with(kKeyProof);
  TERCET_TRY(const bool found, query.next());
  if (found) {
    const Result<SecretBytes> opened = sealer.open(as_bytes(kKeyProof), query.blob(0));
    if (!opened) {
      return Error(Errc::seal_broken,
                   "open the data directory: it was made with another sealing key or by another "
                   "node")
          .hint("check sealing_key_file, data_dir and id in node.yaml");
    }
    return ok_status();
  }
  TERCET_TRY(Statement any, database.prepare("SELECT count(*) FROM epochs"));
  TERCET_TRY(const bool row, any.next());
  if (row && any.integer(0) != 0) {
    return Error(Errc::storage_corrupt, "open the data directory: its sealing-key proof is gone")
        .hint("put this node's newest data back from its own backup");
  }
  const Bytes proof = sealer.seal(as_bytes(kKeyProof), SecretBytes(32));
  TERCET_TRY(Statement insert, database.prepare("INSERT INTO node (name, value) VALUES (?, ?)"));
  return insert.with(kKeyProof).with(ByteView(proof)).run();
}

}  // namespace

NodeStore::NodeStore() = default;

NodeStore::~NodeStore() = default;

Result<std::unique_ptr<NodeStore>> NodeStore::open(const std::string& directory,
                                                   const std::string& node_id,
                                                   const SecretBytes& sealing_key,
                                                   StartWith start) {
  TERCET_TRY_STATUS(check_sealing_key(sealing_key));
  std::unique_ptr<NodeStore> store(new NodeStore());
  TERCET_TRY(store->directory_, DataDirectory::open(directory, start, kDatabaseName));
  TERCET_TRY(store->database_, Database::open(store->directory_->file(kDatabaseName)));
  if (start == StartWith::its_data) {
    TERCET_TRY_STATUS(check_not_empty(*store->database_));
  }
  TERCET_TRY_STATUS(store->load(node_id, sealing_key, full_command_effects()));
  for (const char* file : {kDatabaseName, kLogName}) {
    TERCET_TRY_STATUS(store->directory_->watch(file));
  }
  return store;
}

Status NodeStore::check_in_place() const {
  return directory_ ? directory_->check_in_place() : ok_status();
}

Result<std::unique_ptr<NodeStore>> NodeStore::open_in(const DatabaseOptions& place,
                                                      const std::string& node_id,
                                                      const SecretBytes& sealing_key,
                                                      const CommandEffects& effects) {
  TERCET_TRY_STATUS(check_sealing_key(sealing_key));
  std::unique_ptr<NodeStore> store(new NodeStore());
  TERCET_TRY(store->database_, Database::open(kDatabaseName, place));
  TERCET_TRY_STATUS(store->load(node_id, sealing_key, effects));
  return store;
}

Status NodeStore::load(const std::string& node_id,
                       const SecretBytes& sealing_key,
                       const CommandEffects& effects) {
  TERCET_TRY_STATUS(prepare_schema(*database_));
  // Not of shares, which are nearly all that there is on disk: each is authenticated when opened.
  for (const std::string_view table :
       {"node", "iv_counts", "commands", "receipts", "epochs", "decisions"}) {
    TERCET_TRY_STATUS(database_->check_integrity(table));
  }
  sealer_ = std::make_unique<ShareSealer>(sealing_key, node_id);
  TERCET_TRY_STATUS(prove_sealing_key(*database_, *sealer_));
  TERCET_TRY(IvCounts iv_counts, IvCounts::load(*database_, *sealer_));
  iv_counts_ = std::make_unique<IvCounts>(std::move(iv_counts));
  TERCET_TRY(HeardCounts heard_counts, HeardCounts::load(*database_, *sealer_));
  heard_counts_ = std::make_unique<HeardCounts>(std::move(heard_counts));
  TERCET_TRY(ShareStore shares, ShareStore::load(*database_, *sealer_));
  shares_ = std::make_unique<ShareStore>(std::move(shares));
  TERCET_TRY(CommandLog commands, CommandLog::load(*database_, *sealer_, effects));
  commands_ = std::make_unique<CommandLog>(std::move(commands));
  decisions_ = std::make_unique<DecisionStore>(*database_, *sealer_);
  return ok_status();
}

const KeyRecords& NodeStore::keys() const {
  return shares_->keys();
}

std::uint64_t NodeStore::steps() const {
  return database_->steps();
}

Status NodeStore::begin() {
  return database_->begin();
}

Status NodeStore::commit() {
  return database_->commit();
}

void NodeStore::roll_back() {
  database_->roll_back();
}

}  // namespace tercet::node
