#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/config/node_config.h"
#include "core/crypto/box.h"
#include "core/crypto/signature.h"
#include "core/log/line_caps.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/random/random.h"
#include "core/sigv4/verify.h"
#include "core/time/clock.h"
#include "node/admin/admin_api.h"
#include "node/admin/command_intake.h"
#include "node/admin/directory_watch.h"
#include "node/admin/key_registry.h"
#include "node/command/command_verifier.h"
#include "node/keymaking/key_life.h"
#include "node/policy/audit_trail.h"
#include "node/policy/authoriser.h"
#include "node/session/node_service.h"
#include "node/store/node_store.h"

namespace tercet::node {

/// A whole node apart from what ties it to a machine: sockets, TLS, files, threads, signals. Its
/// store, keys, commands, key making, authoriser, service and admin API, put together in the one
/// way there is. NodeApp gives it the machine's; the simulator (tests/sim) gives it simulated ones.
///
/// Threads: `executor`; batches are made on `bulk_executor`, which may be of another thread.
class NodeCore {
 public:
  /// What it is built from. What the pointers name outlives it.
  class Parts {
   public:
    Parts() = default;
    asio::any_io_executor executor;
    asio::any_io_executor bulk_executor;
    const NodeConfig* config = nullptr;  ///< id, cluster and stock are read; no file is
    std::unique_ptr<NodeStore> store;
    const SigningKey* signing_key = nullptr;
    const BoxKey* import_key = nullptr;
    AuditTrail::Sink audit_sink;
    std::uint64_t audit_records = 0;  ///< the number of the last one in the file
    sigv4::SecretLookup secrets;
    Registry* metrics = nullptr;
    RandomSource* random = nullptr;
    RandomSource* bulk_random = nullptr;  ///< used on the bulk executor
    const WallClock* clock = nullptr;
    const mpc::JointEngine* engine = &mpc::table_engine();
    const KeyLife* key_life = &full_key_life();
    /// Adds to GET /v1/status what only the process knows. May be empty.
    std::function<void(NodeReport&)> complete_report;
    Logger log;
  };

  /// Takes up keys and open decisions and puts everything together. Errors: storage_error,
  /// storage_corrupt.
  static Result<std::unique_ptr<NodeCore>> make(Parts parts);
  ~NodeCore();
  NodeCore(const NodeCore&) = delete;
  NodeCore& operator=(const NodeCore&) = delete;

  /// Begins heartbeats, stock keeping and key making.
  void start();
  /// Ends all of it; when it returns nothing runs on `executor` any more. Then await
  /// `service().join_bulk()` on the bulk executor.
  Task<void> stop();

  NodeService& service() { return *service_; }

  const NodeService& service() const { return *service_; }

  AdminApi& admin() { return *admin_; }

  AuditTrail& audit() { return *audit_; }

  /// The key stores of the configuration have changed.
  void stores_changed();

  NodeStore& store() { return *store_; }

  KeyRegistry& keys() { return *keys_; }

  const KeyDecisions& decisions() const { return *decisions_; }

  const DirectoryWatch& directory_watch() const { return *directory_watch_; }

 private:
  explicit NodeCore(Parts parts);

  void load_keys();
  Task<void> tend_log();
  Status load_decisions();
  void build_intake();
  void listen_to_decisions();
  void on_decided(const DecisionRecord& decision);

  mpc::PartyIndex self() const { return static_cast<mpc::PartyIndex>(parts_.config->self().index); }

  void build_service();
  void build_key_maker();
  NodeReport report() const;
  void report_decisions(NodeReport& report) const;
  void build_directory_watch();
  void on_old_directory(const OldDirectory& seen);
  void report_old_directories(NodeReport& report) const;
  const std::string& node_id(mpc::PartyIndex node) const;
  Gauge& old_directory_gauge(mpc::PartyIndex node) const;

  Parts parts_;
  std::unique_ptr<NodeStore> store_;
  std::unique_ptr<AuditTrail> audit_;
  std::unique_ptr<KeyRegistry> keys_;
  std::unique_ptr<CommandVerifier> verifier_;
  std::unique_ptr<DirectoryWatch> directory_watch_;
  std::unique_ptr<CommandIntake> intake_;
  std::unique_ptr<KeyDecisions> decisions_;
  std::unique_ptr<Authoriser> authoriser_;
  std::unique_ptr<NodeService> service_;
  std::unique_ptr<KeyMaker> key_maker_;
  std::unique_ptr<AdminApi> admin_;
  CappedLog capped_;  ///< what a peer can cause
  TaskGroup tasks_;
};

}  // namespace tercet::node
