#include "node/session/node_service.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/async/deadline.h"
#include "node/model/peer_name.h"
#include "node/policy/audit_trail.h"
#include "node/session/node_service_parts.h"

namespace tercet::node {
namespace {

constexpr std::string_view kAnyPeer = "peers";
constexpr std::string_view kDisk = "disk";
constexpr const char kAuditHint[] =
    "no requests are answered: free space on the disk of audit_file; this node tries by itself";

}  // namespace

NodeService::NodeService(const NodeServiceOptions& options, const Parts& parts)
    : impl_(std::make_unique<Impl>(options, parts)) {
  NodeContext& context = impl_->context;
  PeerHub::Options hub;
  hub.self = options.self;
  hub.cluster = options.cluster;
  hub.membership = options.membership;
  hub.signing_key = parts.signing_key;
  hub.keys = parts.keys;
  hub.commands = parts.commands;
  hub.decisions = parts.decisions;
  hub.holdings = parts.holdings;
  hub.random = parts.random;
  hub.log = &context.log;
  context.hub = std::make_unique<PeerHub>(parts.executor, hub, hub_events());
  context.hub->mux().on_event = [this](mpc::PartyIndex from, const SessionId& sid, Errc code) {
    impl_->metrics.aborts_by_peers.add();
    impl_->context.log.debug(
        "peer_abort", field("peer", number(from)), field("sid", sid), field("code", code));
  };
  impl_->agreements =
      std::make_unique<AgreementRunner>(context.hub->mux(), options.cluster, *parts.random);
  impl_->joint = std::make_unique<JointSessions>(context);
  impl_->joint->on_lease = [this](Lease& lease) { on_lease(lease); };
  impl_->joint->on_lease_over = [this](const LeaseId& id) { end_lease(id, Errc::closed); };
  impl_->runner = std::make_unique<RequestRunner>(context);

  make_works(parts);
  context.on_burnt = [this] { order_stock(); };
  begin_generation();
}

PeerHub::Events NodeService::hub_events() {
  PeerHub::Events events;
  events.trust_changed = [this] { on_trust_changed(); };
  events.own_generation_over = [this] { begin_generation(); };
  events.proposal = [this](mpc::PartyIndex from, Bytes raw) {
    impl_->joint->on_proposal(from, std::move(raw));
  };
  events.link_changed = [this](mpc::PartyIndex peer, bool up) {
    audit_link(peer, up);
    update_trust();
    if (up && on_progress) {
      on_progress();
    }
  };
  events.caught_up = [this] {
    if (on_progress) {
      on_progress();
    }
  };
  events.key_differs = [this](const KeyId& key, mpc::PartyIndex peer) {
    if (!impl_->context.authoriser.refuse_key(key)) {
      return;  // known: the peer says it whenever it sends its digests
    }
    impl_->metrics.keys_differ.add();
    impl_->context.log.error("key_differs", field("key", key), field("peer", number(peer)));
    AuditRecord record("key_differs");
    record.text("key", key.text()).number("peer", number(peer));
    // A record that cannot be written stops the service by itself (rule AU5).
    static_cast<void>(impl_->context.audit.write(std::move(record)));
    key_changed(key);
    impl_->context.hub->compare_digests();  // so that the other holder finds it out, too
  };
  events.key_missing = [this](const KeyId& key, mpc::PartyIndex peer) {
    impl_->context.capped.error(
        "key_missing", peer_name(peer), field("key", key), field("peer", number(peer)));
  };
  events.session_unknown = [this](mpc::PartyIndex peer, const SessionId& sid) {
    impl_->metrics.sessions_unknown.add();
    impl_->context.log.debug("session_unknown", field("peer", number(peer)), field("sid", sid));
  };
  return events;
}

/// A peer whose link comes and goes fills no disk.
void NodeService::audit_link(mpc::PartyIndex peer, bool up) {
  AuditRecord record(up ? "peer_link_up" : "peer_link_down");
  record.number("peer", number(peer));
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(impl_->context.audit.write_capped(std::move(record), peer_name(peer)));
}

void NodeService::make_works(const Parts& parts) {
  const NodeServiceOptions& options = impl_->context.options;
  BatchWorks::Options works;
  works.self = options.self;
  works.cluster = options.cluster;
  works.vectors_min = options.batch_vectors;
  works.vectors_max = std::max(options.batch_vectors, 1U << 17U);
  works.agreement_limit = options.agreement_limit;
  works.batch_limit = options.batch_limit;
  works.engine = parts.engine;
  works.random = parts.bulk_random;
  works.log = parts.log;
  const std::weak_ptr<bool> alive = impl_->alive;
  const asio::any_io_executor home = parts.executor;
  works.made = [this, alive, home](LeaseId lease, mpc::OneHotBatch batch) {
    asio::post(home, [this, alive, lease, moved = std::move(batch)]() mutable {
      if (!alive.expired()) {
        on_batch(lease, std::move(moved));
      }
    });
  };
  works.order_ended = [this, alive, home](LeaseId lease, Status ended, Milliseconds took) {
    const bool ok = ended.ok();
    asio::post(home, [this, alive, lease, ok, took] {
      if (!alive.expired()) {
        if (ok) {
          impl_->batch_pace.note(took);
        }
        on_order_ended(lease, ok);
      }
    });
  };
  impl_->works = std::make_shared<BatchWorks>(parts.bulk_executor, std::move(works));
}

NodeService::~NodeService() = default;

void NodeService::begin_generation() {
  NodeContext& context = impl_->context;
  if (context.generation) {
    while (!context.generation->leases().empty()) {
      const LeaseId id = context.generation->leases().begin()->first;
      end_lease(id, Errc::closed);
    }
  }
  context.generation = std::make_unique<Generation>(context.random);
  context.audit.set_generation(context.generation->id());
  context.hub->set_generation(context.generation->id());
  impl_->metrics.generations.add();
  // A peer that says again and again that this one is over fills no disk.
  context.capped.info("generation_begun", kAnyPeer, field("generation", context.generation->id()));
  AuditRecord record("generation_begun");
  record.id("generation_id", context.generation->id());
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(context.audit.write_capped(std::move(record), kAnyPeer));
  update_trust();
}

void NodeService::start() {
  if (impl_->context.options.beats) {
    impl_->context.tasks.spawn(beat_loop());
  }
}

Task<void> NodeService::beat_loop() {
  while (!impl_->context.stopping) {
    const Status slept = co_await sleep_for(PeerHub::kHeartbeat);
    if (!slept.ok()) {
      co_return;
    }
    beat();
  }
}

Task<void> NodeService::stop() {
  NodeContext& context = impl_->context;
  context.stopping = true;
  impl_->works->stop();
  for (const auto& [name, proxy] : impl_->proxies) {
    proxy->close();
  }
  context.hub->close_links();
  context.tasks.close();
  co_await context.tasks.join();
  while (!context.generation->leases().empty()) {
    const LeaseId id = context.generation->leases().begin()->first;
    end_lease(id, Errc::closed);
  }
}

Task<void> NodeService::join_bulk() {
  TaskGroup& tasks = impl_->works->tasks();
  tasks.close();
  return tasks.join();
}

Task<void> NodeService::serve_peer(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link) {
  return impl_->context.hub->run_link(peer, std::move(link));
}

Task<void> NodeService::serve_bulk(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link) {
  return impl_->works->run_link(peer, std::move(link));
}

Task<void> NodeService::serve_proxy(std::shared_ptr<FrameLink> link) {
  auto proxy = std::make_shared<ProxyLink>(
      impl_->context, *impl_->runner, *impl_->agreements, std::move(link));
  const std::string& name = proxy->name();
  proxy->on_leases_given_up = [this, name] { end_leases_of(name); };
  proxy->on_lease = [this](Lease& lease) { on_lease(lease); };
  return serve_proxy_link(std::move(proxy));
}

Task<void> NodeService::serve_proxy_link(std::shared_ptr<ProxyLink> proxy) {
  const std::string name = proxy->name();
  if (const auto old = impl_->proxies.find(name); old != impl_->proxies.end()) {
    old->second->close();
  }
  impl_->proxies[name] = proxy;
  impl_->context.capped.info("proxy_link_up", name, field("proxy", public_text(name)));
  // The owner is back within the grace: its leases live on.
  for (const auto& [id, lease] : impl_->context.generation->leases()) {
    if (lease->owner() == name) {
      lease->orphaned_since = SteadyTime{};
    }
  }
  co_await proxy->run();
  const auto found = impl_->proxies.find(name);
  if (found != impl_->proxies.end() && found->second == proxy) {
    impl_->proxies.erase(found);
    const SteadyTime now = impl_->context.monotonic.now();
    for (const auto& [id, lease] : impl_->context.generation->leases()) {
      if (lease->owner() == name) {
        lease->orphaned_since = now;
      }
    }
  }
}

void NodeService::on_trust_changed() {
  std::vector<LeaseId> ended;
  for (const auto& [id, lease] : impl_->context.generation->leases()) {
    if (!impl_->context.hub->stands(lease->trio())) {
      ended.push_back(id);
    }
  }
  for (const LeaseId& id : ended) {
    end_lease(id, Errc::link_closed);
  }
  update_trust();
}

void NodeService::update_trust() {
  const NodeContext& context = impl_->context;
  const std::optional<Trio> trio = context.hub->trio();
  mpc::PairSecrets secrets;
  if (trio) {
    secrets = mpc::PairSecrets(context.hub->secret_with(mpc::next(context.options.self)),
                               context.hub->secret_with(mpc::previous(context.options.self)));
  }
  impl_->works->set_trust(trio, std::move(secrets));
  set_gauges();
}

void NodeService::on_lease(Lease& lease) {
  impl_->metrics.leases_opened.add();
  impl_->works->open_lease(lease.id());
  AuditRecord record("lease_opened");
  record.id("lease", lease.id()).text("owner", lease.is_own() ? "nodes" : lease.owner());
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(impl_->context.audit.write_capped(std::move(record), lease.owner()));
  impl_->context.capped.info("lease_opened",
                             lease.owner(),
                             field("lease", lease.id()),
                             field("owner", public_text(lease.owner())));
  order_stock();
}

void NodeService::end_lease(const LeaseId& id, Errc reason) {
  const Lease* lease = impl_->context.generation->find_lease(id);
  if (lease == nullptr) {
    return;
  }
  impl_->metrics.leases_ended.add();
  impl_->works->end_lease(id);
  impl_->ordered.erase(id);
  if (const auto proxy = impl_->proxies.find(lease->owner()); proxy != impl_->proxies.end()) {
    mpc::wire::LeaseEnded ended;
    ended.lease = id;
    ended.reason = reason;
    proxy->second->answer(mpc::wire::ProxyFrame::lease_ended, ended.encode());
  }
  AuditRecord record("lease_ended");
  record.id("lease", id).text("owner", lease->is_own() ? "nodes" : lease->owner()).error(reason);
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(impl_->context.audit.write_capped(std::move(record), lease->owner()));
  impl_->context.capped.info(
      "lease_ended", lease->owner(), field("lease", id), field("code", reason));
  impl_->context.generation->end_lease(id);
}

void NodeService::end_leases_of(const std::string& owner) {
  std::vector<LeaseId> ended;
  for (const auto& [id, lease] : impl_->context.generation->leases()) {
    if (lease->owner() == owner) {
      ended.push_back(id);
    }
  }
  for (const LeaseId& id : ended) {
    end_lease(id, Errc::closed);
  }
}

void NodeService::end_orphans(SteadyTime now) {
  std::vector<LeaseId> ended;
  for (const auto& [id, lease] : impl_->context.generation->leases()) {
    if (lease->orphaned_since != SteadyTime{} &&
        now - lease->orphaned_since > impl_->context.options.lease_grace) {
      ended.push_back(id);
    }
  }
  for (const LeaseId& id : ended) {
    end_lease(id, Errc::closed);
  }
}

void NodeService::beat() {
  NodeContext& context = impl_->context;
  const SteadyTime now = context.monotonic.now();
  tend_records();
  context.hub->beat();
  end_orphans(now);
  impl_->joint->tick();
  impl_->use_rate.note(impl_->metrics.vectors_used.value(), now);
  order_stock();
  mpc::wire::NodeStatus status;
  const bool up = context.hub->trio().has_value();
  const bool works = up && context.audit.working() && !context.stopping;
  status.health = works ? mpc::wire::NodeHealth::active : mpc::wire::NodeHealth::unavailable;
  status.wall_milliseconds = static_cast<std::uint64_t>(context.clock.now_milliseconds());
  status.detail = health_detail();
  for (const auto& [name, proxy] : impl_->proxies) {
    if (now - proxy->heard_at() > context.options.proxy_silence) {
      context.capped.warn("proxy_silent", name, field("proxy", public_text(name)));
      proxy->close();
      continue;
    }
    proxy->answer(mpc::wire::ProxyFrame::node_status, status.encode());
  }
  set_gauges();
}

void NodeService::tend_records() {
  NodeContext& context = impl_->context;
  context.capped.tell_left_out();
  impl_->works->tell_left_out();
  context.audit.tend();
  if (context.audit.working() != impl_->audit_worked) {
    impl_->audit_worked = context.audit.working();
    if (impl_->audit_worked) {
      context.capped.info(
          "audit_written_again", kDisk, field("lost", context.audit.lost_in_last_gap()));
    } else {
      context.capped.error("audit_not_written",
                           kDisk,
                           field("cause", public_text(context.audit.lost_why())),
                           field("hint", kAuditHint));
    }
  }
}

std::string NodeService::health_detail() const {
  const NodeContext& context = impl_->context;
  if (context.stopping) {
    return "stopping";
  }
  if (!context.audit.working()) {
    return "audit records cannot be written";
  }
  if (!context.hub->trio()) {
    return "a peer is away";
  }
  return "serving";
}

SessionHost& NodeService::sessions() {
  return *impl_->joint;
}

void NodeService::key_changed(const KeyId& key) {
  const std::optional<KeyEntry> entry = impl_->context.keys.find(key);
  for (const auto& [id, lease] : impl_->context.generation->leases()) {
    if (entry && entry->facts.enabled) {  // rotated: what its other versions encrypt with goes
      lease->slots().drop_key_but(key, entry->version, entry->also_encrypts);
      continue;
    }
    lease->slots().drop_key(key);
    lease->remembered().drop_key(key);
  }
}

void NodeService::compare_digests() {
  impl_->context.hub->compare_digests();
}

void NodeService::tell_decision(mpc::PartyIndex peer, Bytes said) {
  impl_->context.hub->tell_decision(peer, std::move(said));
}

void NodeService::pass_on_command(ByteView document) {
  impl_->context.hub->pass_on_command(document);
}

bool NodeService::three_up() const {
  return impl_->joint->three_up();
}

const GenerationId& NodeService::generation() const {
  return impl_->context.generation->id();
}

}  // namespace tercet::node
