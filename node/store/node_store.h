#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "node/store/data_directory.h"

namespace tercet {
class SecretBytes;
}  // namespace tercet

namespace tercet::node {

class CommandEffects;
class CommandLog;
class Database;
class DatabaseOptions;
class DecisionStore;
class HeardCounts;
class IvCounts;
class KeyRecords;
class ShareSealer;
class ShareStore;

/// Everything durable of one node: a locked directory (0700, owned by us) with one SQLite database
/// (WAL, synchronous=FULL, STRICT tables) and one class per table on top of it.
///
/// Source:  rules D1 to D4, D7, D8; faults F31, F32.
/// Errors of open: storage_error (wrong owner, open modes, read-only, a second process),
/// storage_corrupt (unknown schema version, a damaged database, records of another node),
/// seal_broken (the sealing key is not the one this directory was made with). Each says what to do
/// about it. Threads: one. Writes return after the flush; a failed flush ends the process (rule
/// D2).
class NodeStore {
 public:
  /// Opens what is there or, with `nothing`, makes it anew. `sealing_key`: 32 bytes; keys derived
  /// from it are kept.
  static Result<std::unique_ptr<NodeStore>> open(const std::string& directory,
                                                 const std::string& node_id,
                                                 const SecretBytes& sealing_key,
                                                 StartWith start);
  /// The same over a database in a place of its own, without directory and lock, and with commands
  /// that have these effects: a simulation.
  static Result<std::unique_ptr<NodeStore>> open_in(const DatabaseOptions& place,
                                                    const std::string& node_id,
                                                    const SecretBytes& sealing_key,
                                                    const CommandEffects& effects);
  ~NodeStore();
  NodeStore(const NodeStore&) = delete;
  NodeStore& operator=(const NodeStore&) = delete;

  /// The keys that exist here.
  const KeyRecords& keys() const;

  ShareStore& shares() { return *shares_; }

  CommandLog& commands() { return *commands_; }

  DecisionStore& decisions() { return *decisions_; }

  IvCounts& iv_counts() { return *iv_counts_; }

  /// What its statements took so far (Database::steps): to see that it does not grow with the keys.
  std::uint64_t steps() const;

  HeardCounts& heard_counts() { return *heard_counts_; }

  /// Whether what is written still lands in the directory. Errors: storage_error.
  Status check_in_place() const;

  /// One transaction over several tables: all of `work` is durable, or none of it.
  template <class Work>
  Status atomically(Work work) {
    TERCET_TRY_STATUS(begin());
    Status done = work();
    if (!done) {
      roll_back();
      return done;
    }
    return commit();
  }

 private:
  NodeStore();
  Status load(const std::string& node_id,
              const SecretBytes& sealing_key,
              const CommandEffects& effects);
  Status begin();
  Status commit();
  void roll_back();

  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<ShareSealer> sealer_;
  std::unique_ptr<ShareStore> shares_;
  std::unique_ptr<CommandLog> commands_;
  std::unique_ptr<DecisionStore> decisions_;
  std::unique_ptr<IvCounts> iv_counts_;
  std::unique_ptr<HeardCounts> heard_counts_;
};

}  // namespace tercet::node
