#include "node/daemon/node_app.h"

#include <csignal>
#include <filesystem>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"
#include "core/config/cluster_digest.h"
#include "core/crypto/key_file.h"
#include "core/secret/locked_arena.h"
#include "core/time/executor_clock.h"
#include "mpc/field/dispatch.h"
#include "node/daemon/disk_space.h"

namespace tercet::node {

namespace {

constexpr std::string_view kMeteredPart = "node";
constexpr Milliseconds kStopLimit{1000};
constexpr Milliseconds kDirectoryCheck{500};
constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::int64_t kCertificateDaysWarned = 30;
constexpr std::int64_t kFreeMegabytesWarned = 1024;
/// The last records of a file, from which the numbers go on: a record has 8 KiB at most.
constexpr std::size_t kAuditEnd = 64UL * 1024;
constexpr std::string_view kSecretsNotLocked =
    "secret memory beyond the limit is not locked: raise LimitMEMLOCK";

bool is_little(std::int64_t megabytes) {
  return megabytes >= 0 && megabytes < kFreeMegabytesWarned;
}

}  // namespace

NodeApp::NodeApp(const asio::any_io_executor& executor, NodeConfig config, Logger log)
    : executor_(executor),
      monotonic_(clock_of(executor)),
      config_(std::move(config)),
      log_(std::move(log)),
      self_(static_cast<mpc::PartyIndex>(config_.self().index)),
      peer_meter_(registry_, kMeteredPart, "peer"),
      bulk_meter_(registry_, kMeteredPart, "bulk"),
      proxy_meter_(registry_, kMeteredPart, "proxy"),
      refusals_(log_, monotonic_),
      audit_file_lost_(registry_.counter("tercet_node_audit_file_lost_total",
                                         "How often the audit file was found deleted, replaced or "
                                         "truncated")),
      members_(Membership::of_cluster(config_.cluster)),
      bulk_members_(members_),
      bulk_files_(config_.tls),
      bulk_tasks_(std::make_unique<TaskGroup>(bulk_.executor())),
      tasks_(executor),
      stop_wanted_(executor) {}

NodeApp::~NodeApp() {
  bulk_.stop();  // before anything that it uses
}

Result<std::unique_ptr<NodeApp>> NodeApp::make(const asio::any_io_executor& executor,
                                               NodeConfig config,
                                               StartWith start,
                                               Logger log) {
  std::unique_ptr<NodeApp> app(new NodeApp(executor, std::move(config), std::move(log)));
  TERCET_TRY_STATUS(app->load_keys());
  TERCET_TRY_STATUS(app->load_credentials());
  TERCET_TRY_STATUS(app->build_core(start));
  TERCET_TRY_STATUS(app->bind());
  return app;
}

Status NodeApp::load_keys() {
  TERCET_TRY(NodeKeys keys, load_node_keys(config_));
  signing_key_ = std::make_unique<SigningKey>(std::move(keys.signing));
  import_key_ = std::make_unique<BoxKey>(std::move(keys.import));
  return ok_status();
}

Result<std::string> NodeApp::check(const NodeConfig& config) {
  TERCET_TRY(const NodeKeys keys, load_node_keys(config));
  TERCET_TRY(const SecretBytes sealing_key,
             load_key_file(config.sealing_key_file, kSealingKeyKind));
  TERCET_TRY(const Credentials credentials, node::load_credentials(config));
  const LinkTls files = link_files(config, Membership::of_cluster(config.cluster), config.tls);
  TERCET_TRY(const TlsClientContext links, TlsClientContext::for_links(files));
  const std::int64_t days =
      (links.expires_unix() - system_wall_clock().now_seconds()) / kSecondsPerDay;
  std::error_code failed;
  const bool has_data = std::filesystem::exists(config.data_dir, failed);
  return config.id + " of cluster " + config.cluster.id.hex() + ": keys as in the cluster file, " +
         std::to_string(credentials.size()) + " SigV4 secrets, its certificate is good for " +
         std::to_string(days) + " days, data directory " +
         (has_data ? "there" : "not there yet: the first start takes --init");
}

Status NodeApp::load_credentials() {
  TERCET_TRY(credentials_, node::load_credentials(config_));
  return ok_status();
}

Status NodeApp::build_core(StartWith start) {
  TERCET_TRY(const SecretBytes sealing_key,
             load_key_file(config_.sealing_key_file, kSealingKeyKind));
  NodeCore::Parts parts;
  parts.executor = executor_;
  parts.bulk_executor = bulk_.executor();
  parts.config = &config_;
  TERCET_TRY(parts.store, NodeStore::open(config_.data_dir, config_.id, sealing_key, start));
  parts.signing_key = signing_key_.get();
  parts.import_key = import_key_.get();
  TERCET_TRY(audit_file_, LineFile::open(config_.audit_file));
  TERCET_TRY(const std::string audit_end, audit_file_->tail(kAuditEnd));
  parts.audit_records = last_sequence(audit_end);
  parts.audit_sink = [file = audit_file_.get()](std::string_view line) {
    return file->append(line);
  };
  parts.secrets = [this](std::string_view id) -> std::shared_ptr<const SecretBytes> {
    const auto found = credentials_.find(id);
    return found == credentials_.end() ? nullptr : found->second;
  };
  parts.metrics = &registry_;
  parts.random = &system_random();
  parts.bulk_random = &system_random();
  parts.clock = &system_wall_clock();
  parts.complete_report = [this](NodeReport& report) { complete_report(report); };
  parts.log = log_;
  TERCET_TRY(core_, NodeCore::make(std::move(parts)));
  return ok_status();
}

void NodeApp::complete_report(NodeReport& report) const {
  if (!secret_memory_status().all_locked()) {
    report.warnings.emplace_back(kSecretsNotLocked);
  }
  report.certificate_days = certificate_days();
  if (report.certificate_days < kCertificateDaysWarned) {
    report.warnings.emplace_back("its certificate expires soon: put a new one in place, SIGHUP");
  }
  report.data_free_mb = free_megabytes(config_.data_dir);
  if (is_little(report.data_free_mb)) {
    report.warnings.emplace_back("the disk of its data_dir has little space left");
  }
  report.audit_free_mb = free_megabytes_for(config_.audit_file);
  if (is_little(report.audit_free_mb)) {
    report.warnings.emplace_back(
        "the disk of its audit_file has little space left: without audit it answers nothing");
  }
}

std::int64_t NodeApp::certificate_days() const {
  return (admin_tls_->current().expires_unix() - system_wall_clock().now_seconds()) /
         kSecondsPerDay;
}

Status NodeApp::bind_admin() {
  HttpServerOptions options;
  TERCET_TRY(TlsServerContext context,
             TlsServerContext::for_links(link_files(config_, members_, config_.tls),
                                         administrators(config_.cluster)));
  admin_tls_ = std::make_shared<TlsServerSlot>(std::move(context));
  options.listener.address = config_.self().admin_address.text();
  options.listener.tls = admin_tls_;
  TERCET_TRY(admin_server_,
             HttpServer::bind(executor_, std::move(options), [this](HttpRequest request) {
               return handle_admin(std::move(request));
             }));
  record_refusals(admin_server_->listener(), "admin");
  return ok_status();
}

Status NodeApp::bind_metrics() {
  if (config_.metrics_address.empty()) {
    return ok_status();
  }
  registry_.gauge_function(
      "tercet_node_certificate_days", "Days until the node's certificate expires", {}, [this] {
        return static_cast<double>(certificate_days());
      });
  registry_.gauge_function(
      "tercet_node_data_free_megabytes",
      "Space left where the node's data lie; -1 unknown",
      {},
      [this] { return static_cast<double>(free_megabytes(config_.data_dir)); });
  registry_.gauge_function(
      "tercet_node_audit_free_megabytes",
      "Space left where audit records are written; -1 unknown",
      {},
      [this] { return static_cast<double>(free_megabytes_for(config_.audit_file)); });
  registry_.gauge_function(
      "tercet_node_derived_sets_open", "Derived sets of key versions in memory", {}, [this] {
        return static_cast<double>(core_->keys().derived_sets().size());
      });
  HttpServerOptions options;
  options.listener.address = config_.metrics_address.text();
  TERCET_TRY(metrics_server_,
             HttpServer::bind(executor_, std::move(options), [this](HttpRequest request) {
               return handle_metrics(std::move(request));
             }));
  return ok_status();
}

Task<HttpResponse> NodeApp::handle_admin(HttpRequest request) {
  const AdminReply reply = core_->admin().handle(request.method, request.target, request.body);
  co_return HttpResponse::json(reply.status, reply.body);
}

Task<HttpResponse> NodeApp::handle_metrics(HttpRequest request) {
  if (request.target == "/metrics" && request.method == "GET") {
    co_return HttpResponse::text(200, registry_.text());
  }
  if (request.target == "/ping" && request.method == "GET") {
    const bool serving = core_->service().three_up();
    co_return HttpResponse::text(serving ? 200 : 503, serving ? "serving\n" : "not serving\n");
  }
  co_return HttpResponse::text(404, "not found\n");
}

void NodeApp::spawn_all() {
  core_->start();
  tasks_.spawn(watch_signals());
  tasks_.spawn(watch_directory());
  tasks_.spawn(admin_server_->run());
  if (metrics_server_) {
    tasks_.spawn(metrics_server_->run());
  }
  tasks_.spawn(peer_listener_->run(
      [this](std::unique_ptr<ByteStream> stream) { return accept_peer(std::move(stream)); }));
  tasks_.spawn(proxy_listener_->run(
      [this](std::unique_ptr<ByteStream> stream) { return accept_proxy(std::move(stream)); }));
  bulk_tasks_->spawn(bulk_listener_->run(
      [this](std::unique_ptr<ByteStream> stream) { return accept_bulk(std::move(stream)); }));
  for (const mpc::PartyIndex peer : mpc::kAllParties) {
    if (number(peer) > number(self_)) {  // the lower number dials
      dial(peer);
    }
  }
  core_->service().on_stock_low = [this](bool low) { bulk_.hurry(low); };
  bulk_.start();
}

Task<Status> NodeApp::run() {
  AuditRecord started("node_started");
  started.text("version", TERCET_VERSION).text("self_tests", "passed");
  static_cast<void>(
      core_->audit().write(std::move(started)));  // a failure stops the service by itself
  spawn_all();
  log_.info("node_started",
            field("node", public_text(config_.id)),
            field("party", number(self_)),
            field("cluster", config_.cluster.id),
            field("cpu_path", public_text(mpc::cpu_path_name(mpc::chosen_cpu_path()))));
  if (!secret_memory_status().all_locked()) {
    log_.warn("secret_memory_unlocked", field("detail", public_text(kSecretsNotLocked)));
  }
  // Cancelled or stopped: either way everything is taken down.
  static_cast<void>(co_await stop_wanted_.wait());

  log_.info("node_stopping");
  proxy_listener_->stop_accepting();
  peer_listener_->stop_accepting();
  co_await core_->stop();
  co_await stop_bulk();
  proxy_listener_->close();
  peer_listener_->close();
  co_await admin_server_->stop(Deadline::in(monotonic_, kStopLimit));
  if (metrics_server_) {
    metrics_server_->close();
  }
  tasks_.close();
  co_await tasks_.join();
  AuditRecord stopped("node_stopped");
  static_cast<void>(
      core_->audit().write(std::move(stopped)));  // the last one: nothing left to stop
  log_.info("node_stopped");
  co_return outcome_;
}

/// What is written into a directory that is gone is lost, and with it promises to the peers.
Task<void> NodeApp::watch_directory() {
  while (true) {
    const Status in_place = core_->store().check_in_place();
    if (!in_place) {
      log_.error("data_directory_lost", field("detail", in_place.error()));
      AuditRecord lost("data_directory_lost");
      static_cast<void>(core_->audit().write(std::move(lost)));  // it stops in any case
      outcome_ = in_place;
      stop();
      co_return;
    }
    watch_audit_file();
    refusals_.tell_left_out();
    const Status slept = co_await sleep_for(kDirectoryCheck);
    if (!slept) {
      co_return;  // cancelled
    }
  }
}

/// What is written into a file that nobody finds is lost, too: it goes on in one that stands where
/// it should (rule AU5). If there can be none, no record can be written, and nothing is served.
void NodeApp::watch_audit_file() {
  const FileFate found = audit_file_->keep_in_place();
  if (found == FileFate::in_place) {
    return;
  }
  audit_file_lost_.add();
  log_.error("audit_file_lost",
             field("found", public_text(print_file_fate(found))),
             field("hint", "rotate with a new name and SIGHUP; else find out who did this"));
  AuditRecord record("audit_file_lost");
  record.text("found", print_file_fate(found));
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(core_->audit().write(std::move(record)));
}

void NodeApp::stop() {
  stop_wanted_.set();
}

Task<void> NodeApp::watch_signals() {
  asio::signal_set signals(executor_, SIGTERM, SIGINT, SIGHUP);
  while (true) {
    const auto [failed, signal] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
    if (failed) {
      co_return;
    }
    if (signal == SIGHUP) {
      reload();
    } else {
      stop();
    }
  }
}

void NodeApp::reload() {
  log_.reopen();
  if (const Status reopened = audit_file_->reopen(); !reopened.ok()) {
    log_.error("reopen_failed", field("detail", reopened.error()));
  }
  const Status reloaded = reload_configuration();
  AuditRecord record("reload");
  record.text("outcome", reloaded.ok() ? "done" : "failed");
  if (!reloaded.ok()) {
    record.text("detail", reloaded.error().what());
  }
  record.number("certificate_expires",
                static_cast<std::uint64_t>(admin_tls_->current().expires_unix()));
  record.number("credentials", credentials_.size());
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(core_->audit().write(std::move(record)));
  if (reloaded.ok()) {
    log_.info("configuration_reloaded");
  } else {
    // What could not be read stays as it was (fault F51).
    log_.error("reload_failed", field("detail", reloaded.error()));
  }
}

/// Everything is read and checked before anything is put in place.
Status NodeApp::reload_configuration() {
  TERCET_TRY(NodeConfig fresh, load_node_config(config_.file));
  if (fresh.id != config_.id) {
    return Error(Errc::config_error, "reload: the file is that of another node: " + fresh.id);
  }
  TERCET_TRY(Credentials credentials, node::load_credentials(fresh));
  ClusterConfig next = config_.cluster;
  next.take_changes_of(fresh.cluster);
  const Membership members = Membership::of_cluster(next);
  const LinkTls files = link_files(config_, members, fresh.tls);
  TERCET_TRY(TlsServerContext of_peers, TlsServerContext::for_links(files, lower_peers(next)));
  TERCET_TRY(TlsServerContext of_bulk, TlsServerContext::for_links(files, lower_peers(next)));
  TERCET_TRY(TlsServerContext of_proxies, TlsServerContext::for_links(files, proxies(next)));
  TERCET_TRY(TlsServerContext of_admins, TlsServerContext::for_links(files, administrators(next)));

  config_.cluster.take_changes_of(next);  // in place: the bulk thread reads names and addresses
  config_.credentials = std::move(fresh.credentials);
  config_.tls = fresh.tls;
  credentials_ = std::move(credentials);
  members_ = members;
  peer_tls_->replace(std::move(of_peers));
  proxy_tls_->replace(std::move(of_proxies));
  admin_tls_->replace(std::move(of_admins));
  // The listener of bulk links, and their dialers, run on the other thread.
  asio::post(bulk_.executor(),
             [this, members, tls = fresh.tls, context = std::move(of_bulk)]() mutable {
               bulk_members_ = members;
               bulk_files_ = std::move(tls);
               bulk_tls_->replace(std::move(context));
             });
  core_->stores_changed();
  if (digest_of(config_.cluster) != digest_of(fresh.cluster)) {
    log_.warn("restart_needed",
              field("hint", "more of the cluster file has changed than pins and key stores"));
  }
  return ok_status();
}

}  // namespace tercet::node
