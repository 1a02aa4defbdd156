#include "proxy/daemon/proxy_app.h"

#include <algorithm>
#include <csignal>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"
#include "core/config/cluster_digest.h"
#include "core/net/descriptor_limit.h"
#include "core/random/random.h"
#include "core/time/executor_clock.h"
#include "proxy/daemon/proxy_metrics.h"
#include "proxy/daemon/request_deadline.h"
#include "proxy/daemon/xks_http.h"

namespace tercet::proxy {
namespace {

constexpr Milliseconds kTick{500};
/// Files and sockets besides the connections of KMS: links, logs, metrics.
constexpr std::size_t kOtherDescriptors = 64;
constexpr Milliseconds kStopLimit{2000};
constexpr std::string_view kPlainText = "text/plain; version=0.0.4; charset=utf-8";

std::vector<std::string> node_ids(const ClusterConfig& cluster) {
  std::vector<std::string> ids;
  ids.reserve(cluster.nodes.size());
  for (const ClusterConfig::Node& node : cluster.nodes) {
    ids.push_back(node.id);
  }
  return ids;
}

HealthSettings health_settings(const ProxyConfig& config) {
  const ClusterConfig& cluster = config.cluster;
  HealthSettings settings;
  settings.request_limit = Milliseconds(config.limits.request_deadline_ms);
  settings.key = cluster.health_key;
  settings.node_ids = node_ids(cluster);
  settings.proxy_fleet_size = static_cast<std::uint32_t>(cluster.proxies.size());
  return settings;
}

Result<StoreTable> store_table(const ClusterConfig& cluster) {
  std::vector<KeyStore> stores;
  for (const ClusterConfig::Store& configured : cluster.stores) {
    KeyStore store;
    store.name = configured.name;
    store.base_path = configured.uri_path;
    store.regions = configured.regions;
    store.access_key_ids = configured.access_key_ids;
    stores.push_back(std::move(store));
  }
  return StoreTable::make(std::move(stores));
}

Result<TlsServerContext> load_tls(const ProxyConfig& config) {
  XksServerTls files;
  files.certificate = config.tls.certificate;
  files.private_key = config.tls.private_key;
  files.client_ca = config.client_ca;
  files.client_names = config.client_names;
  return TlsServerContext::for_xks(files);
}

LinkTls node_tls(const ProxyConfig& config) {
  LinkTls files;
  files.certificate = config.node_tls.certificate;
  files.private_key = config.node_tls.private_key;
  files.ca = config.cluster.ca_file;
  files.own_name = config.name;
  files.own_role = "proxy";
  files.own_pins = config.cluster.find_proxy(config.name)->tls_pins;
  return files;
}

/// KMS knows the proxy by the names in its certificate: to lose one takes a restart.
Status check_keeps_names(const TlsServerContext& fresh, const TlsServerContext& now) {
  for (const std::string& name : now.own_names()) {
    const std::vector<std::string>& names = fresh.own_names();
    if (std::ranges::find(names, name) == names.end()) {
      return Error(Errc::config_error,
                   "reload: the new certificate is not for " + name + ", as the one in use is")
          .hint("put the right one in place; restart if the name is to go");
    }
  }
  return ok_status();
}

bool is_ping(const HttpRequest& request) {
  return request.target == "/ping" && (request.method == "GET" || request.method == "HEAD");
}

}  // namespace

Result<std::unique_ptr<ProxyApp>> ProxyApp::make(asio::any_io_executor executor,
                                                 ProxyConfig config,
                                                 Logger log) {
  if (config.cluster.nodes.size() != mpc::kAllParties.size()) {
    return Error(Errc::config_error, "proxy: the cluster file must name three nodes");
  }
  TERCET_TRY(StoreTable stores, store_table(config.cluster));
  std::unique_ptr<ProxyApp> app(
      new ProxyApp(std::move(executor), std::move(config), std::move(stores), std::move(log)));
  TERCET_TRY_STATUS(app->bind());
  return app;
}

ProxyApp::ProxyApp(asio::any_io_executor executor,
                   ProxyConfig config,
                   StoreTable stores,
                   Logger log)
    : executor_(executor),
      monotonic_(clock_of(executor)),
      config_(std::move(config)),
      stores_(std::move(stores)),
      log_(std::move(log)),
      coordinator_(executor, system_random(), coordinator_options()),
      health_(executor,
              coordinator_,
              coordinator_,
              system_random(),
              system_wall_clock(),
              health_settings(config_)),
      service_watch_(node_ids(config_.cluster), registry_, monotonic_, log_.named("service")),
      background_(executor),
      stop_wanted_(executor),
      cluster_digest_(digest_of(config_.cluster)) {}

ProxyApp::~ProxyApp() = default;

CoordinatorOptions ProxyApp::coordinator_options() {
  CoordinatorOptions options;
  options.remembered_max = config_.cluster.remembered_ciphertexts;
  options.xks_access_stated = config_.xks_access != ProxyConfig::XksAccess::unstated;
  options.own_status = [this] { return own_status(); };
  options.on_dissent = [this](const Dissent& dissent) { service_watch_.note(dissent); };
  return options;
}

ServiceSigns ProxyApp::service_signs() const {
  ServiceSigns signs;
  signs.has_lease = coordinator_.has_lease();
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    if (health_.node_state(node) == xks::HealthStatus::unavailable) {
      signs.absent.push_back(config_.cluster.nodes[mpc::number(node) - 1U].id);
    }
  }
  signs.seconds_since_success = health_.seconds_since_success();
  signs.last_error = health_.last_error();
  signs.own_check_failed = own_check_failed_ || health_.self_check_failed() ||
                           coordinator_.figures().self_check_failed > 0;
  signs.cold_decrypts_too_slow = health_.cold_decrypts_too_slow();
  return signs;
}

mpc::wire::ProxyStatus ProxyApp::own_status() const {
  mpc::wire::ProxyStatus status = service_watch_.status();
  status.draining = draining_;
  status.serving = status.serving && !draining_;
  status.certificate_expires_unix =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, tls_->current().expires_unix()));
  status.cluster_digest = cluster_digest_;
  return status;
}

Status ProxyApp::bind() {
  // Read anew for each link; what cannot work at all shall not start.
  TERCET_TRY(const TlsClientContext to_nodes, TlsClientContext::for_links(node_tls(config_)));
  static_cast<void>(to_nodes);
  std::unique_ptr<LineFile> file;
  if (!config_.audit_file.empty()) {
    TERCET_TRY(file, LineFile::open(config_.audit_file));
  }
  ledger_ = std::make_unique<RequestLedger>(registry_,
                                            stores_,
                                            std::move(file),
                                            system_wall_clock(),
                                            monotonic_,
                                            log_.named("request_log"));
  XksServiceOptions options;
  options.key_prefix = config_.key_prefix;
  options.on_own_check_failed = [this] { own_check_failed_ = true; };
  service_ = std::make_unique<XksService>(stores_,
                                          coordinator_,
                                          health_,
                                          system_wall_clock(),
                                          monotonic_,
                                          *ledger_,
                                          std::move(options));
  register_proxy_metrics(registry_, coordinator_, health_, node_ids(config_.cluster));

  TERCET_TRY(TlsServerContext context, load_tls(config_));
  tls_ = std::make_shared<TlsServerSlot>(std::move(context));
  registry_.gauge_function(
      "tercet_proxy_certificate_days", "Days until the server certificate expires", {}, [this] {
        return static_cast<double>(tls_->current().expires_unix() -
                                   system_wall_clock().now_seconds()) /
               86400;
      });
  HttpServerOptions server;
  server.listener.address = config_.listen_address.text();
  server.listener.tls = tls_;
  server.listener.connections_max = config_.limits.connections_max;
  server.listener.connections_per_address_max = config_.limits.connections_per_address_max;
  server.proof_needed = true;
  server.idle_limit = std::chrono::seconds(config_.limits.idle_seconds);
  TERCET_TRY(xks_server_,
             HttpServer::bind(executor_, std::move(server), [this](HttpRequest request) {
               return handle_xks(std::move(request));
             }));
  port_watch_ = std::make_unique<PortWatch>(
      *xks_server_, config_.limits.connections_max, registry_, monotonic_, log_.named("port"));
  // Anybody who reaches the port can cause them: the ledger caps them.
  xks_server_->listener().on_handshake_failure =
      [this](const std::string& remote, const Error& why) { ledger_->refused(remote, why); };
  if (!config_.metrics_address.empty()) {
    HttpServerOptions plain;
    plain.listener.address = config_.metrics_address.text();
    TERCET_TRY(plain_server_,
               HttpServer::bind(executor_, std::move(plain), [this](HttpRequest request) {
                 return handle_plain(std::move(request));
               }));
  }
  return ok_status();
}

TlsPeer ProxyApp::node_peer(mpc::PartyIndex node) const {
  const ClusterConfig::Node& configured = config_.cluster.nodes[mpc::number(node) - 1U];
  return TlsPeer(configured.id, "node", configured.tls_pins);
}

std::uint16_t ProxyApp::port() const {
  return xks_server_->port();
}

std::uint16_t ProxyApp::metrics_port() const {
  return plain_server_ ? plain_server_->port() : std::uint16_t{0};
}

void ProxyApp::warn_at_start() const {
  const std::size_t wanted = config_.limits.connections_max + kOtherDescriptors;
  if (const std::size_t allowed = raise_descriptor_limit(); allowed < wanted) {
    log_.warn("descriptors_short",
              field("allowed", allowed),
              field("wanted", wanted),
              field("hint", "raise LimitNOFILE, or lower limits.connections_max"));
  }
  for (const std::string& warning : config_.warnings) {
    log_.warn("configuration_warning", field("text", public_text(warning)));
  }
  if (config_.xks_access == ProxyConfig::XksAccess::unstated) {
    log_.warn("xks_access_unstated",
              field("hint",
                    "say how nodes are kept from the XKS port: xks_access: mutual_tls or "
                    "private_network"));
  }
  if (config_.xks_access == ProxyConfig::XksAccess::mutual_tls && !tls_->current().mutual()) {
    log_.warn("xks_access_not_in_force", field("hint", "mutual_tls needs client_ca"));
  }
}

void ProxyApp::spawn_background() {
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    const ClusterConfig::Node& configured = config_.cluster.nodes[mpc::number(node) - 1U];
    NodeDialerOptions options;
    options.node = node;
    options.node_id = configured.id;
    options.address = configured.proxy_address.text();
    options.tls = [this] { return node_tls(config_); };
    options.peer = [this, node] { return node_peer(node); };
    dialers_.push_back(std::make_unique<NodeDialer>(
        executor_, coordinator_.nodes(), std::move(options), log_.named("links")));
    background_.spawn(keep_linked(*dialers_.back()));
  }
  background_.spawn(coordinator_.keep_lease());
  background_.spawn(coordinator_.keep_slots());
  background_.spawn(health_.run());
  background_.spawn(tend());
  background_.spawn(watch_signals());
  background_.spawn(xks_server_->run());
  if (plain_server_) {
    background_.spawn(plain_server_->run());
  }
}

Task<void> ProxyApp::run() {
  warn_at_start();
  spawn_background();
  log_.info("proxy_started",
            field("name", public_text(config_.name)),
            field("port", port()),
            field("metrics_port", metrics_port()));
  // Cancelled or stopped: either way everything is taken down.
  static_cast<void>(co_await stop_wanted_.wait());

  draining_ = true;
  log_.info("proxy_draining", field("limit_ms", config_.limits.drain_ms));
  xks_server_->begin_drain();
  static_cast<void>(co_await sleep_for(Milliseconds(config_.limits.drain_ms)));
  co_await xks_server_->stop(Deadline::in(monotonic_, kStopLimit));
  if (plain_server_) {
    plain_server_->close();
  }
  coordinator_.stop();
  health_.stop();
  co_await coordinator_.join();
  background_.close();
  co_await background_.join();
  log_.info("proxy_stopped", field("requests", ledger_->count()));
}

void ProxyApp::stop() {
  stop_wanted_.set();
}

void ProxyApp::reload() {
  log_.reopen();
  if (const Status reopened = ledger_->reopen(); !reopened) {
    log_.error("reopen_failed", field("cause", reopened.error()));
  }
  const Status reloaded = reload_configuration();
  const std::int64_t expires = tls_->current().expires_unix();
  ledger_->reloaded(reloaded, expires);
  if (reloaded) {
    log_.info("reloaded", field("certificate_expires", expires));
  } else {
    log_.error("reload_failed", field("cause", reloaded.error()));
  }
}

/// Everything is read and checked before anything is put in place.
Status ProxyApp::reload_configuration() {
  TERCET_TRY(ProxyConfig fresh, load_proxy_config(config_.file));
  if (fresh.name != config_.name) {
    return Error(Errc::config_error, "reload: the file is that of another proxy: " + fresh.name);
  }
  TERCET_TRY(TlsServerContext context, load_tls(fresh));
  TERCET_TRY_STATUS(check_keeps_names(context, tls_->current()));
  TERCET_TRY(const TlsClientContext to_nodes, TlsClientContext::for_links(node_tls(fresh)));
  static_cast<void>(to_nodes);  // made anew for each link
  TERCET_TRY(stores_, store_table(fresh.cluster));

  config_.cluster.take_changes_of(fresh.cluster);
  config_.tls = std::move(fresh.tls);
  config_.client_ca = std::move(fresh.client_ca);
  config_.client_names = std::move(fresh.client_names);
  config_.node_tls = std::move(fresh.node_tls);
  ledger_->know(stores_);
  tls_->replace(std::move(context));
  const TlsServerContext& now = tls_->current();
  if (now.mutual()) {
    xks_server_->close_unless(
        [&now](const TlsInfo* peer) { return peer != nullptr && now.admits(*peer); });
  }
  cluster_digest_ = digest_of(config_.cluster);
  if (cluster_digest_ != digest_of(fresh.cluster)) {
    log_.warn("restart_needed",
              field("hint", "more of the cluster file has changed than pins and key stores"));
  }
  return ok_status();
}

Result<std::string> ProxyApp::check(const ProxyConfig& config) {
  TERCET_TRY(const TlsServerContext context, load_tls(config));
  TERCET_TRY(const TlsClientContext to_nodes, TlsClientContext::for_links(node_tls(config)));
  TERCET_TRY(const StoreTable stores, store_table(config.cluster));
  const std::int64_t days = (std::min(context.expires_unix(), to_nodes.expires_unix()) -
                             system_wall_clock().now_seconds()) /
                            86400;
  return config.name + " of cluster " + config.cluster.id.hex() + ": " +
         std::to_string(stores.stores().size()) + " key stores, client certificates " +
         (context.mutual() ? "demanded" : "not demanded") + ", its certificates are good for " +
         std::to_string(days) + " days";
}

Task<void> ProxyApp::watch_signals() {
  asio::signal_set signals(executor_, SIGTERM, SIGINT, SIGHUP);
  while (true) {
    const auto [failed, number] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
    if (failed) {
      co_return;
    }
    if (number == SIGHUP) {
      reload();
    } else {
      stop();
    }
  }
}

Task<void> ProxyApp::tend() {
  while (true) {
    service_watch_.tick(service_signs());
    port_watch_->tick();
    ledger_->tend();
    Status slept = co_await sleep_for(kTick);
    if (!slept) {
      co_return;
    }
  }
}

/// On the port that anybody reaches: without naming nodes or causes.
HttpResponse ProxyApp::ping(bool in_detail) const {
  if (draining_) {
    return HttpResponse::text(503, "draining\n");
  }
  if (const std::optional<std::string>& why = service_watch_.why_not(); why) {
    return HttpResponse::text(503, (in_detail ? *why : std::string("not serving")) + "\n");
  }
  return HttpResponse::text(200, "pong\n");
}

Task<HttpResponse> ProxyApp::handle_xks(HttpRequest request) {
  if (is_ping(request)) {
    co_return ping(false);
  }
  const Milliseconds time =
      request_time(request.arrival, Milliseconds(config_.limits.request_deadline_ms));
  const Deadline until = Deadline::at(monotonic_, request.arrival.received + time);
  XksReply reply = co_await service_->handle(xks_request(std::move(request)), until);
  co_return http_response(std::move(reply));
}

Task<HttpResponse> ProxyApp::handle_plain(HttpRequest request) {
  if (is_ping(request)) {
    co_return ping(true);
  }
  if (request.target == "/metrics" && request.method == "GET") {
    HttpResponse response(200);
    response.headers.emplace_back("Content-Type", std::string(kPlainText));
    response.body = to_bytes(as_bytes(registry_.text()));
    co_return response;
  }
  co_return HttpResponse::text(404, "not found\n");
}

}  // namespace tercet::proxy
