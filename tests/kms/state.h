#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "node/store/database.h"
#include "tests/kms/model.h"

namespace tercet::kms {

/// Stores, keys, aliases and grants: in memory, and written through to one SQLite file (mode 0600,
/// locked against a second process) if there is a folder. What a call has changed is on the disk
/// before it is answered. Threads: one.
class State {
 public:
  /// An empty `folder`: memory only. Errors: storage_error (also: another process has it),
  /// storage_corrupt, unsupported (made by a newer version).
  static Result<std::unique_ptr<State>> open(const std::string& folder);

  const std::map<std::string, Store>& stores() const { return stores_; }

  const std::map<std::string, Key>& keys() const { return keys_; }

  const std::map<std::string, Alias>& aliases() const { return aliases_; }

  const std::map<std::string, Grant>& grants() const { return grants_; }

  /// Null if there is none. Valid until the next change.
  const Store* store(const std::string& id) const;
  const Key* key(const std::string& id) const;
  const Alias* alias(const std::string& name) const;
  const Grant* grant(const std::string& id) const;

  /// Makes or replaces. Errors: storage_error; then nothing has changed.
  Status put(const Store& store);
  Status put(const Key& key);
  Status put(const Alias& alias);
  Status put(const Grant& grant);
  Status erase_store(const std::string& id);
  /// With its aliases and grants.
  Status erase_key(const std::string& id);
  Status erase_alias(const std::string& name);
  Status erase_grant(const std::string& id);

  /// What GetKeyLastUsage tells; in memory only, until the key is put for another reason.
  void note_usage(const std::string& key_id, const Json& usage);

  /// Greater than that of everything there is.
  std::uint64_t next_sequence() { return ++sequence_; }

 private:
  State() = default;

  Status load();
  Status load_row(const std::string& kind, const Json& stored);
  /// Whether all that objects refer to is there.
  bool is_consistent() const;
  template <class T>
  Status put_in(std::map<std::string, T>& map,
                const char* kind,
                const std::string& id,
                const T& object);
  Status write(const char* kind, const std::string& id, const Json& stored);
  Status remove(const char* kind, const std::string& id);

  std::unique_ptr<node::Database> database_;  ///< null: memory only
  std::map<std::string, Store> stores_;
  std::map<std::string, Key> keys_;
  std::map<std::string, Alias> aliases_;
  std::map<std::string, Grant> grants_;
  std::uint64_t sequence_ = 0;
};

}  // namespace tercet::kms
