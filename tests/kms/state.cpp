#include "tests/kms/state.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "node/store/transaction.h"

namespace tercet::kms {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr const char* kStoreKind = "store";
constexpr const char* kKeyKind = "key";
constexpr const char* kAliasKind = "alias";
constexpr const char* kGrantKind = "grant";

template <class T>
const T* find_in(const std::map<std::string, T>& map, const std::string& id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

/// Version 0 is a new file.
Status prepare(node::Database& database) {
  TERCET_TRY_STATUS(database.begin());
  std::int64_t version = 0;
  {
    TERCET_TRY(node::Statement read, database.prepare("PRAGMA user_version"));
    TERCET_TRY(const bool row, read.next());
    version = row ? read.integer(0) : 0;
  }
  if (version > kVersion) {
    return Error(Errc::unsupported, "open the state: a newer tercet-kms has made it")
        .hint("use that version, or another --state folder");
  }
  if (version == 0) {
    TERCET_TRY_STATUS(
        database.execute("CREATE TABLE object(kind TEXT NOT NULL, id TEXT NOT NULL,"
                         " body TEXT NOT NULL, PRIMARY KEY(kind, id)) STRICT, WITHOUT ROWID;"
                         "PRAGMA user_version=1;"));
  }
  return database.commit();
}

Result<std::unique_ptr<node::Database>> open_database(const std::string& folder) {
  std::error_code failed;
  if (std::filesystem::create_directories(folder, failed) && !failed) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  if (failed) {
    return Error(Errc::storage_error, "make the folder " + folder + ": " + failed.message());
  }
  TERCET_TRY(std::unique_ptr<node::Database> database,
             node::Database::open(folder + "/kms.sqlite3"));
  TERCET_TRY_STATUS(prepare(*database));
  return database;
}

}  // namespace

Result<std::unique_ptr<State>> State::open(const std::string& folder) {
  std::unique_ptr<State> state(new State());
  if (folder.empty()) {
    return state;
  }
  Result<std::unique_ptr<node::Database>> database = open_database(folder);
  if (!database) {
    return Error(database.error().code(), "open the state in " + folder)
        .caused_by(database.error())
        .hint(database.error().hint().empty() ? "does another tercet-kms use this folder?"
                                              : database.error().hint());
  }
  state->database_ = std::move(database).value();
  TERCET_TRY_STATUS(state->load());
  return state;
}

Status State::load() {
  TERCET_TRY(node::Statement rows, database_->prepare("SELECT kind, body FROM object"));
  for (;;) {
    TERCET_TRY(const bool row, rows.next());
    if (!row) {
      break;
    }
    const Json stored = Json::parse(rows.text(1), nullptr, false);
    TERCET_TRY_STATUS(load_row(rows.text(0), stored));
  }
  if (!is_consistent()) {
    return Error(Errc::storage_corrupt, "read the state: a row refers to one that is not there");
  }
  return ok_status();
}

bool State::is_consistent() const {
  const auto has_store = [this](const auto& entry) {
    return stores_.contains(entry.second.store_id);
  };
  const auto has_key = [this](const auto& entry) { return keys_.contains(entry.second.key_id); };
  return std::all_of(keys_.begin(), keys_.end(), has_store) &&
         std::all_of(aliases_.begin(), aliases_.end(), has_key) &&
         std::all_of(grants_.begin(), grants_.end(), has_key);
}

Status State::load_row(const std::string& kind, const Json& stored) {
  try {
    sequence_ = std::max(sequence_, stored.value("sequence", std::uint64_t{0}));
    if (kind == kStoreKind) {
      Store store = store_from(stored);
      stores_[store.id] = std::move(store);
    } else if (kind == kKeyKind) {
      Key key = key_from(stored);
      keys_[key.id] = std::move(key);
    } else if (kind == kAliasKind) {
      Alias alias = alias_from(stored);
      aliases_[alias.name] = std::move(alias);
    } else if (kind == kGrantKind) {
      Grant grant = grant_from(stored);
      grants_[grant.id] = std::move(grant);
    } else {
      return Error(Errc::storage_corrupt, "read the state: a row of an unknown kind");
    }
  } catch (const Json::exception&) {
    return Error(Errc::storage_corrupt, "read the state: a row cannot be understood");
  }
  return ok_status();
}

Status State::write(const char* kind, const std::string& id, const Json& stored) {
  if (database_ == nullptr) {
    return ok_status();
  }
  TERCET_TRY(node::Statement insert,
             database_->prepare("INSERT OR REPLACE INTO object(kind, id, body) VALUES(?,?,?)"));
  const std::string body = stored.dump();
  return insert.with(std::string_view(kind))
      .with(std::string_view(id))
      .with(std::string_view(body))
      .run();
}

Status State::remove(const char* kind, const std::string& id) {
  if (database_ == nullptr) {
    return ok_status();
  }
  TERCET_TRY(node::Statement erase, database_->prepare("DELETE FROM object WHERE kind=? AND id=?"));
  return erase.with(std::string_view(kind)).with(std::string_view(id)).run();
}

const Store* State::store(const std::string& id) const {
  return find_in(stores_, id);
}

const Key* State::key(const std::string& id) const {
  return find_in(keys_, id);
}

const Alias* State::alias(const std::string& name) const {
  return find_in(aliases_, name);
}

const Grant* State::grant(const std::string& id) const {
  return find_in(grants_, id);
}

template <class T>
Status State::put_in(std::map<std::string, T>& map,
                     const char* kind,
                     const std::string& id,
                     const T& object) {
  TERCET_TRY_STATUS(write(kind, id, to_stored(object)));
  map[id] = object;
  return ok_status();
}

Status State::put(const Store& store) {
  return put_in(stores_, kStoreKind, store.id, store);
}

Status State::put(const Key& key) {
  return put_in(keys_, kKeyKind, key.id, key);
}

Status State::put(const Alias& alias) {
  return put_in(aliases_, kAliasKind, alias.name, alias);
}

Status State::put(const Grant& grant) {
  return put_in(grants_, kGrantKind, grant.id, grant);
}

void State::note_usage(const std::string& key_id, const Json& usage) {
  const auto found = keys_.find(key_id);
  if (found != keys_.end()) {
    found->second.last_usage = usage;
  }
}

Status State::erase_store(const std::string& id) {
  TERCET_TRY_STATUS(remove(kStoreKind, id));
  stores_.erase(id);
  return ok_status();
}

Status State::erase_key(const std::string& id) {
  const auto of_key = [&id](const auto& entry) { return entry.second.key_id == id; };
  const auto everything = [&]() -> Status {
    for (const auto& [name, alias] : aliases_) {
      if (alias.key_id == id) {
        TERCET_TRY_STATUS(remove(kAliasKind, name));
      }
    }
    for (const auto& [grant_id, grant] : grants_) {
      if (grant.key_id == id) {
        TERCET_TRY_STATUS(remove(kGrantKind, grant_id));
      }
    }
    return remove(kKeyKind, id);
  };
  if (database_ != nullptr) {
    TERCET_TRY_STATUS(node::in_transaction(*database_, everything));
  }
  std::erase_if(aliases_, of_key);
  std::erase_if(grants_, of_key);
  keys_.erase(id);
  return ok_status();
}

Status State::erase_alias(const std::string& name) {
  TERCET_TRY_STATUS(remove(kAliasKind, name));
  aliases_.erase(name);
  return ok_status();
}

Status State::erase_grant(const std::string& id) {
  TERCET_TRY_STATUS(remove(kGrantKind, id));
  grants_.erase(id);
  return ok_status();
}

}  // namespace tercet::kms
