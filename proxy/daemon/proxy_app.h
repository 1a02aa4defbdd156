#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/config/proxy_config.h"
#include "core/crypto/hash.h"
#include "core/http/http_server.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/net/tls_config.h"
#include "proxy/coordinator/coordinator.h"
#include "proxy/coordinator/health_monitor.h"
#include "proxy/daemon/node_dialer.h"
#include "proxy/daemon/port_watch.h"
#include "proxy/daemon/request_ledger.h"
#include "proxy/daemon/service_watch.h"
#include "proxy/xks/store_table.h"
#include "proxy/xks/xks_service.h"

namespace tercet::proxy {

/// The composition root of tercet-proxy: builds everything in order from the configuration and
/// takes it down in reverse. SIGTERM and SIGINT drain, SIGHUP reads certificates and client names
/// anew. Threads: one executor.
class ProxyApp {
 public:
  /// Binds both ports. Errors: config_error, io_error.
  static Result<std::unique_ptr<ProxyApp>> make(asio::any_io_executor executor,
                                                ProxyConfig config,
                                                Logger log);
  /// Loads what a start loads, and says in a line what it found. Errors: config_error.
  static Result<std::string> check(const ProxyConfig& config);
  ~ProxyApp();
  ProxyApp(const ProxyApp&) = delete;
  ProxyApp& operator=(const ProxyApp&) = delete;

  /// Serves until a signal or stop(), drains, and returns when everything has ended.
  Task<void> run();
  void stop();
  /// Reads the TLS files anew, on a failure the last good ones stay; opens log and request log
  /// anew.
  void reload();

  std::uint16_t port() const;
  /// 0 where there is no plain port.
  std::uint16_t metrics_port() const;

 private:
  ProxyApp(asio::any_io_executor executor, ProxyConfig config, StoreTable stores, Logger log);

  Status bind();
  TlsPeer node_peer(mpc::PartyIndex node) const;
  void spawn_background();
  void warn_at_start() const;
  Task<HttpResponse> handle_xks(HttpRequest request);
  Task<HttpResponse> handle_plain(HttpRequest request);
  HttpResponse ping(bool in_detail) const;
  Task<void> watch_signals();
  Task<void> tend();
  CoordinatorOptions coordinator_options();
  mpc::wire::ProxyStatus own_status() const;
  ServiceSigns service_signs() const;
  Status reload_configuration();

  asio::any_io_executor executor_;
  const Clock& monotonic_;
  ProxyConfig config_;
  StoreTable stores_;
  Logger log_;
  Registry registry_;
  std::unique_ptr<RequestLedger> ledger_;
  Coordinator coordinator_;
  HealthMonitor health_;
  ServiceWatch service_watch_;
  std::unique_ptr<XksService> service_;
  std::vector<std::unique_ptr<NodeDialer>> dialers_;
  std::shared_ptr<TlsServerSlot> tls_;
  std::unique_ptr<HttpServer> xks_server_;
  std::unique_ptr<PortWatch> port_watch_;
  std::unique_ptr<HttpServer> plain_server_;
  TaskGroup background_;
  Event stop_wanted_;
  bool draining_ = false;
  bool own_check_failed_ = false;
  Sha256Digest cluster_digest_;  ///< of the cluster file as it is in use
};

}  // namespace tercet::proxy
