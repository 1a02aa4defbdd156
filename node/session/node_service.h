#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/net/frame_link.h"
#include "core/random/random.h"
#include "mpc/engine/joint_engine.h"
#include "mpc/party.h"
#include "node/admin/admin_api.h"
#include "node/link/peer_hub.h"
#include "node/policy/key_directory.h"
#include "node/session/service_options.h"
#include "node/session/session_host.h"

namespace tercet::mpc {
class OneHotBatch;
}

namespace tercet::node {

class AuditTrail;
class Authoriser;
class BatchWorks;
class JointSessions;
class Lease;
class NodeContext;
class NodeMetrics;
class ProxyLink;
class RequestRunner;

/// Everything of a node above its links: peers, generation, leases, stock, requests. Knows no
/// socket, TLS or disk: links are handed in connected and authenticated (`peer_name()` is the name
/// in the certificate), keys and commands come from interfaces. Three of these and a coordinator
/// run in one process in the tests.
///
/// Threads: `executor` runs on one thread; the bulk executor may be another. Lifetime: what
/// `Parts` names outlives the service; call `stop()` and await it before destruction.
class NodeService {
 public:
  /// What it is built from. The pointers are not owned.
  class Parts {
   public:
    Parts() = default;
    asio::any_io_executor executor;
    asio::any_io_executor bulk_executor;
    KeyDirectory* keys = nullptr;
    CommandExchange* commands = nullptr;    ///< may be null
    DecisionExchange* decisions = nullptr;  ///< may be null
    HoldingExchange* holdings = nullptr;    ///< may be null
    Authoriser* authoriser = nullptr;       ///< for this service alone
    AuditTrail* audit = nullptr;
    const SigningKey* signing_key = nullptr;  ///< the node's; link set-up signs with it
    Registry* metrics = nullptr;
    RandomSource* random = nullptr;
    RandomSource* bulk_random = nullptr;
    const WallClock* clock = nullptr;
    const mpc::JointEngine* engine = &mpc::table_engine();
    Logger log;
  };

  NodeService(const NodeServiceOptions& options, const Parts& parts);
  ~NodeService();
  NodeService(const NodeService&) = delete;
  NodeService& operator=(const NodeService&) = delete;

  /// Begins heartbeats and stock keeping (`options.beats`).
  void start();
  /// Refuses new work, ends what runs, closes all links; returns when nothing runs any more.
  Task<void> stop();
  /// After stop(): until the bulk work has ended. Await it on the bulk executor.
  Task<void> join_bulk();

  // Links, already connected. Each runs until it closes; a new one replaces an old one.

  /// The request link to a peer.
  Task<void> serve_peer(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link);
  /// The bulk link to a peer. Await it on the bulk executor.
  Task<void> serve_bulk(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link);
  Task<void> serve_proxy(std::shared_ptr<FrameLink> link);

  /// One heartbeat: to peers and proxies; looks after leases and stock. Every 100 ms.
  void beat();

  /// For sessions of administrators' commands.
  SessionHost& sessions();

  /// A key's record or shares changed: what was prepared for it goes if it no longer serves.
  void key_changed(const KeyId& key);
  /// Compares with both peers what is settled and held, as when their links came up.
  void compare_digests();
  /// A command was accepted here: the peers get it too.
  void pass_on_command(ByteView document);
  /// What is said of a joint decision, to one peer.
  void tell_decision(mpc::PartyIndex peer, Bytes said);
  /// Wakes whoever waits for commands or links (the key maker). Set before start().
  std::function<void()> on_progress;
  /// The stock of some lease has become low, or is no longer: who makes it may need more of the
  /// processor.
  std::function<void(bool low)> on_stock_low;

  bool three_up() const;
  NodeReport report() const;
  const GenerationId& generation() const;

 private:
  /// What follows from the news of the peer links.
  PeerHub::Events hub_events();
  void audit_link(mpc::PartyIndex peer, bool up);
  void make_works(const Parts& parts);
  void begin_generation();
  void on_trust_changed();
  void on_lease(Lease& lease);
  void end_lease(const LeaseId& id, Errc reason);
  void end_leases_of(const std::string& owner);
  void end_orphans(SteadyTime now);
  void order_stock();
  /// Of the vectors the lease should have in stock, all batches together.
  std::uint64_t stock_target(const Lease& lease) const;
  void watch_stock();
  void on_batch(const LeaseId& lease, mpc::OneHotBatch batch);
  void on_order_ended(const LeaseId& lease, bool ok);
  std::string health_detail() const;
  void update_trust();
  void set_gauges();
  void tend_records();
  Task<void> beat_loop();
  Task<void> serve_proxy_link(std::shared_ptr<ProxyLink> proxy);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tercet::node
