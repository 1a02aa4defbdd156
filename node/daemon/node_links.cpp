// Sockets and TLS of tercet-node: its listeners, and the links it dials.

#include <utility>

#include <boost/asio/post.hpp>

#include "core/async/deadline.h"
#include "core/net/connector.h"
#include "core/net/tls_frame_link.h"
#include "core/time/executor_clock.h"
#include "node/daemon/node_app.h"

namespace tercet::node {

namespace {

constexpr Milliseconds kConnectLimit{5000};
constexpr std::string_view kNodeRole = "node";
constexpr std::string_view kProxyRole = "proxy";
constexpr std::string_view kAdminRole = "admin";

}  // namespace

LinkTls NodeApp::link_files(const NodeConfig& config,
                            const Membership& members,
                            const TlsFiles& tls) {
  LinkTls files;
  files.certificate = tls.certificate;
  files.private_key = tls.private_key;
  files.ca = config.cluster.ca_file;
  files.own_name = config.id;
  files.own_role = kNodeRole;
  files.own_pins = members.member(static_cast<mpc::PartyIndex>(config.self().index)).tls_pins;
  return files;
}

std::vector<TlsPeer> NodeApp::lower_peers(const ClusterConfig& cluster) const {
  std::vector<TlsPeer> peers;
  for (const ClusterConfig::Node& node : cluster.nodes) {
    if (node.index < number(self_)) {
      peers.emplace_back(node.id, std::string(kNodeRole), node.tls_pins);
    }
  }
  return peers;
}

std::vector<TlsPeer> NodeApp::proxies(const ClusterConfig& cluster) {
  std::vector<TlsPeer> peers;
  peers.reserve(cluster.proxies.size());
  for (const ClusterConfig::Proxy& proxy : cluster.proxies) {
    peers.emplace_back(proxy.name, std::string(kProxyRole), proxy.tls_pins);
  }
  return peers;
}

std::vector<TlsPeer> NodeApp::administrators(const ClusterConfig& cluster) {
  std::vector<TlsPeer> peers;
  peers.reserve(cluster.administrators.size());
  for (const ClusterConfig::Administrator& administrator : cluster.administrators) {
    peers.emplace_back(administrator.name, std::string(kAdminRole), administrator.tls_pins);
  }
  return peers;
}

std::optional<mpc::PartyIndex> NodeApp::party_named(std::string_view node_id) const {
  const ClusterConfig::Node* node = config_.cluster.find_node(node_id);
  if (node == nullptr || node->index == number(self_)) {
    return std::nullopt;
  }
  return static_cast<mpc::PartyIndex>(node->index);
}

Status NodeApp::bind() {
  TERCET_TRY_STATUS(bind_links());
  TERCET_TRY_STATUS(bind_admin());
  return bind_metrics();
}

Status NodeApp::bind_links() {
  const ClusterConfig::Node& self = config_.self();
  if (self.bulk_address.empty() || self.bulk_address == self.peer_address) {
    return Error(Errc::config_error, "start: the node needs a bulk_address of its own")
        .hint("give each node of the cluster file a bulk_address beside its peer_address");
  }
  const LinkTls files = link_files(config_, members_, config_.tls);
  const ClusterConfig& cluster = config_.cluster;
  TERCET_TRY(TlsServerContext peers, TlsServerContext::for_links(files, lower_peers(cluster)));
  TERCET_TRY(TlsServerContext bulk, TlsServerContext::for_links(files, lower_peers(cluster)));
  TERCET_TRY(TlsServerContext of_proxies, TlsServerContext::for_links(files, proxies(cluster)));
  peer_tls_ = std::make_shared<TlsServerSlot>(std::move(peers));
  bulk_tls_ = std::make_shared<TlsServerSlot>(std::move(bulk));
  proxy_tls_ = std::make_shared<TlsServerSlot>(std::move(of_proxies));
  ListenerOptions options;
  options.address = self.peer_address.text();
  options.tls = peer_tls_;
  TERCET_TRY(peer_listener_, Listener::bind(executor_, options));
  options.address = self.proxy_address.text();
  options.tls = proxy_tls_;
  TERCET_TRY(proxy_listener_, Listener::bind(executor_, options));
  options.address = self.bulk_address.text();
  options.tls = bulk_tls_;
  TERCET_TRY(bulk_listener_, Listener::bind(bulk_.executor(), options));
  record_refusals(*peer_listener_, "peer");
  record_refusals(*proxy_listener_, "proxy");
  record_refusals(*bulk_listener_, "bulk");
  return ok_status();
}

void NodeApp::record_refusals(Listener& listener, std::string_view port) {
  // Anybody who reaches the port can cause them: capped. The bulk port's come on another thread.
  listener.on_handshake_failure = [this, port](const std::string& remote, const Error& why) {
    asio::post(executor_, [this, port, remote, detail = std::string(why.what())] {
      refusals_.warn("handshake_refused",
                     remote,
                     field("port", public_text(port)),
                     field("remote", public_text(remote)),
                     field("detail", public_text(detail)));
      AuditRecord record("handshake_refused");
      record.text("port", port).text("remote", remote).text("detail", detail);
      // A record that cannot be written stops the service by itself (rule AU5).
      static_cast<void>(core_->audit().write_capped(std::move(record), remote));
    });
  };
}

Task<void> NodeApp::accept_peer(std::unique_ptr<ByteStream> stream) {
  const std::optional<mpc::PartyIndex> peer = party_named(stream->peer_name());
  if (!peer) {
    co_return;
  }
  std::shared_ptr<FrameLink> link = make_peer_link(std::move(stream), false);
  co_await core_->service().serve_peer(*peer, std::move(link));
}

Task<void> NodeApp::accept_bulk(std::unique_ptr<ByteStream> stream) {
  const std::optional<mpc::PartyIndex> peer = party_named(stream->peer_name());
  if (!peer) {
    co_return;
  }
  std::shared_ptr<FrameLink> link = make_peer_link(std::move(stream), true);
  co_await core_->service().serve_bulk(*peer, std::move(link));
}

Task<void> NodeApp::accept_proxy(std::unique_ptr<ByteStream> stream) {
  std::shared_ptr<FrameLink> link =
      make_frame_link(executor_, std::move(stream), FrameLimits::for_requests(), &proxy_meter_);
  co_await core_->service().serve_proxy(std::move(link));
}

/// Dials one peer: its request port, or on the bulk thread its bulk port.
class NodeApp::PeerDialer final : public LinkDialer {
 public:
  PeerDialer(NodeApp& app, mpc::PartyIndex peer, bool bulk)
      : app_(&app), peer_(peer), bulk_(bulk) {}

  Task<Result<std::unique_ptr<FrameLink>>> connect() override {
    const ClusterConfig::Node& node = app_->config_.cluster.nodes[number(peer_) - 1U];
    const Membership& members = bulk_ ? app_->bulk_members_ : app_->members_;
    const TlsFiles& tls = bulk_ ? app_->bulk_files_ : app_->config_.tls;
    TERCET_CO_TRY(TlsClientContext context,
                  TlsClientContext::for_links(link_files(app_->config_, members, tls)));
    TlsPeer expected(node.id, std::string(kNodeRole), members.member(peer_).tls_pins);
    const std::string address = bulk_ ? node.bulk_address.text() : node.peer_address.text();
    const Deadline until = co_await deadline_in(kConnectLimit);
    Result<std::unique_ptr<ByteStream>> stream =
        co_await connect_link(address, std::move(context), std::move(expected), until);
    if (!stream.ok()) {
      app_->log_.debug(
          "dial_failed", field("peer", number(peer_)), field("detail", stream.error()));
      co_return std::move(stream).error();
    }
    co_return app_->make_peer_link(std::move(stream).value(), bulk_);
  }

  Task<void> serve(std::unique_ptr<FrameLink> link) override {
    NodeService& service = app_->core_->service();
    return bulk_ ? service.serve_bulk(peer_, std::move(link))
                 : service.serve_peer(peer_, std::move(link));
  }

 private:
  NodeApp* app_;
  mpc::PartyIndex peer_;
  bool bulk_;
};

std::unique_ptr<FrameLink> NodeApp::make_peer_link(std::unique_ptr<ByteStream> stream, bool bulk) {
  return bulk ? make_frame_link(
                    bulk_.executor(), std::move(stream), FrameLimits::for_bulk(), &bulk_meter_)
              : make_frame_link(
                    executor_, std::move(stream), FrameLimits::for_requests(), &peer_meter_);
}

void NodeApp::dial(mpc::PartyIndex peer) {
  dialers_.push_back(std::make_unique<PeerDialer>(*this, peer, false));
  tasks_.spawn(keep_linked(*dialers_.back()));
  dialers_.push_back(std::make_unique<PeerDialer>(*this, peer, true));
  bulk_tasks_->spawn(keep_linked(*dialers_.back()));
}

Task<void> NodeApp::stop_bulk() {
  // On its own thread: close what is there; the context then runs out of work and the thread ends.
  Event drained(executor_);
  const asio::any_io_executor home = executor_;
  asio::post(bulk_.executor(), [this, home, &drained] {
    bulk_listener_->close();
    bulk_tasks_->close();
    spawn_owned(bulk_.executor(), report_drained(home, drained));
  });
  static_cast<void>(co_await drained.wait());  // cancelled: the thread still ends below
  bulk_.stop();
}

Task<void> NodeApp::report_drained(asio::any_io_executor home, Event& drained) {
  co_await core_->service().join_bulk();
  co_await bulk_tasks_->join();
  asio::post(home, [&drained] { drained.set(); });
}

}  // namespace tercet::node
