#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/config/node_config.h"
#include "core/crypto/box.h"
#include "core/crypto/signature.h"
#include "core/http/http_server.h"
#include "core/log/line_caps.h"
#include "core/log/line_file.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/net/listener.h"
#include "core/net/redial.h"
#include "core/net/tls_config.h"
#include "core/net/tls_frame_link.h"
#include "node/daemon/bulk_thread.h"
#include "node/daemon/credentials.h"
#include "node/daemon/node_core.h"
#include "node/model/membership.h"

namespace tercet::node {

/// The composition root of tercet-node: builds everything in order from the configuration and takes
/// it down in reverse. SIGTERM and SIGINT stop, SIGHUP reads certificates and SigV4 secrets anew
/// and opens log and audit anew.
///
/// Threads: the caller's context runs requests, administration and metrics; a second one, of this
/// object, makes batches at low priority.
class NodeApp {
 public:
  /// Opens the store and binds all ports. Errors: config_error, io_error, those of NodeStore::open.
  static Result<std::unique_ptr<NodeApp>> make(const asio::any_io_executor& executor,
                                               NodeConfig config,
                                               StartWith start,
                                               Logger log);
  /// Loads what a start loads, but for the data, and says in a line what it found.
  /// Errors: config_error.
  static Result<std::string> check(const NodeConfig& config);
  ~NodeApp();
  NodeApp(const NodeApp&) = delete;
  NodeApp& operator=(const NodeApp&) = delete;

  /// Serves until a signal or stop(), and returns when everything has ended. Errors: storage_error
  /// (the data directory was removed or replaced meanwhile).
  Task<Status> run();
  void stop();
  void reload();

 private:
  NodeApp(const asio::any_io_executor& executor, NodeConfig config, Logger log);

  Status load_keys();
  Status load_credentials();
  Status build_core(StartWith start);
  Status bind();
  Status bind_links();
  Status bind_admin();
  void record_refusals(Listener& listener, std::string_view port);
  Status bind_metrics();
  std::vector<TlsPeer> lower_peers(const ClusterConfig& cluster) const;
  static std::vector<TlsPeer> proxies(const ClusterConfig& cluster);
  static std::vector<TlsPeer> administrators(const ClusterConfig& cluster);
  static LinkTls link_files(const NodeConfig& config,
                            const Membership& members,
                            const TlsFiles& tls);

  class PeerDialer;

  void spawn_all();
  Task<void> accept_peer(std::unique_ptr<ByteStream> stream);
  Task<void> accept_bulk(std::unique_ptr<ByteStream> stream);
  Task<void> accept_proxy(std::unique_ptr<ByteStream> stream);
  std::unique_ptr<FrameLink> make_peer_link(std::unique_ptr<ByteStream> stream, bool bulk);
  void dial(mpc::PartyIndex peer);
  Task<HttpResponse> handle_admin(HttpRequest request);
  Task<HttpResponse> handle_metrics(HttpRequest request);
  Task<void> watch_signals();
  Task<void> watch_directory();
  void watch_audit_file();
  Status reload_configuration();
  Task<void> stop_bulk();
  Task<void> report_drained(asio::any_io_executor home, Event& drained);
  std::optional<mpc::PartyIndex> party_named(std::string_view node_id) const;
  void complete_report(NodeReport& report) const;
  std::int64_t certificate_days() const;

  asio::any_io_executor executor_;
  const Clock& monotonic_;
  NodeConfig config_;
  Logger log_;
  mpc::PartyIndex self_;
  Registry registry_;
  LinkMeter peer_meter_;
  LinkMeter bulk_meter_;
  LinkMeter proxy_meter_;
  std::unique_ptr<LineFile> audit_file_;
  CappedLog refusals_;  ///< of connections
  Counter& audit_file_lost_;
  std::unique_ptr<SigningKey> signing_key_;
  std::unique_ptr<BoxKey> import_key_;
  Credentials credentials_;

  Membership members_;  ///< with the pins of the cluster file as it was read last
  // The same, and the files of the configuration, for the bulk thread only.
  Membership bulk_members_;
  TlsFiles bulk_files_;

  BulkThread bulk_;
  std::unique_ptr<TaskGroup> bulk_tasks_;
  std::unique_ptr<Listener> bulk_listener_;

  std::unique_ptr<NodeCore> core_;
  std::vector<std::unique_ptr<LinkDialer>> dialers_;

  std::shared_ptr<TlsServerSlot> peer_tls_;
  std::shared_ptr<TlsServerSlot> bulk_tls_;
  std::shared_ptr<TlsServerSlot> proxy_tls_;
  std::shared_ptr<TlsServerSlot> admin_tls_;
  std::unique_ptr<Listener> peer_listener_;
  std::unique_ptr<Listener> proxy_listener_;
  std::unique_ptr<HttpServer> admin_server_;
  std::unique_ptr<HttpServer> metrics_server_;
  TaskGroup tasks_;
  Event stop_wanted_;
  Status outcome_ = ok_status();
};

}  // namespace tercet::node
