#include "node/daemon/node_core.h"

#include <algorithm>
#include <utility>

#include "core/async/deadline.h"
#include "core/config/cluster_digest.h"
#include "core/time/executor_clock.h"
#include "node/model/peer_name.h"
#include "node/policy/request_authoriser.h"
#include "node/store/command_log.h"

namespace tercet::node {

namespace {

constexpr Milliseconds kTendLog{1000};

std::vector<StorePolicy> store_policies(const ClusterConfig& cluster) {
  std::vector<StorePolicy> out;
  for (const ClusterConfig::Store& store : cluster.stores) {
    StorePolicy policy;
    policy.name = store.name;
    policy.uri_path = store.uri_path;
    policy.regions = store.regions;
    policy.access_key_ids = store.access_key_ids;
    out.push_back(std::move(policy));
  }
  return out;
}

NodeServiceOptions service_options(const NodeConfig& config) {
  NodeServiceOptions options;
  options.self = static_cast<mpc::PartyIndex>(config.self().index);
  options.cluster = config.cluster.id;
  options.node_id = config.id;
  options.membership = Membership::of_cluster(config.cluster);
  options.health_key = config.cluster.health_key;
  options.has_health_key = !config.cluster.health_key.text().empty();
  options.stores = store_policies(config.cluster);
  for (const ClusterConfig::Proxy& proxy : config.cluster.proxies) {
    options.proxies.push_back(proxy.name);
  }
  options.batch_vectors = config.stock.batch_vectors;
  options.batches_per_lease = config.stock.batches_per_lease;
  options.remembered_per_lease = config.cluster.remembered_ciphertexts;
  return options;
}

}  // namespace

NodeCore::NodeCore(Parts parts)
    : parts_(std::move(parts)),
      store_(std::move(parts_.store)),
      audit_(std::make_unique<AuditTrail>(
          parts_.config->id, parts_.audit_sink, *parts_.clock, clock_of(parts_.executor))),
      keys_(std::make_unique<KeyRegistry>(*store_,
                                          static_cast<mpc::PartyIndex>(parts_.config->self().index),
                                          parts_.config->stock.derived_sets)),
      verifier_(std::make_unique<CommandVerifier>(parts_.config->cluster)),
      capped_(parts_.log, clock_of(parts_.executor)),
      tasks_(parts_.executor) {}

NodeCore::~NodeCore() = default;

Result<std::unique_ptr<NodeCore>> NodeCore::make(Parts parts) {
  std::unique_ptr<NodeCore> core(new NodeCore(std::move(parts)));
  core->audit_->continue_after(core->parts_.audit_records);
  core->load_keys();
  TERCET_TRY_STATUS(core->load_decisions());
  core->build_directory_watch();
  core->build_intake();
  core->build_service();
  core->build_key_maker();
  core->listen_to_decisions();
  core->admin_ = std::make_unique<AdminApi>(
      *core->store_, *core->intake_, *core->keys_, [raw = core.get()] { return raw->report(); });
  return core;
}

void NodeCore::load_keys() {
  keys_->load();
  Counter& opened = parts_.metrics->counter("tercet_node_derived_sets_opened_total",
                                            "Derived sets read from disk, of keys not in memory");
  keys_->on_open([&opened] { opened.add(); });
  keys_->on_damage([this](const KeyId& damaged) {
    parts_.log.error("key_damaged", field("key", damaged));
    AuditRecord record("key_damaged");
    record.text("key", damaged.text());
    // A record that cannot be written stops the service by itself (rule AU5).
    static_cast<void>(audit_->write(std::move(record)));
  });
}

Status NodeCore::load_decisions() {
  const Membership members = Membership::of_cluster(parts_.config->cluster);
  Electorate electorate;
  electorate.cluster = parts_.config->cluster.id;
  electorate.membership = members.number;
  for (const mpc::PartyIndex party : mpc::kAllParties) {
    electorate.keys.at(mpc::number(party) - 1U) = members.member(party).signing_key;
  }
  TERCET_TRY(decisions_,
             parts_.key_life->decisions(
                 *store_, electorate, self(), *parts_.signing_key, clock_of(parts_.executor)));
  return ok_status();
}

void NodeCore::build_intake() {
  intake_ = std::make_unique<CommandIntake>(*store_,
                                            *keys_,
                                            *verifier_,
                                            parts_.config->cluster.id,
                                            Membership::of_cluster(parts_.config->cluster),
                                            CommandIntake::Signer(self(), *parts_.signing_key),
                                            *parts_.clock);
  intake_->on_command([this](const Command& command, CommandOrigin origin, const Status& outcome) {
    AuditRecord record("command");
    record.id("id", command.id).text("kind", command.kind());
    record.text("key", command.key().text()).text("outcome", outcome.ok() ? "accepted" : "refused");
    if (!outcome.ok()) {
      record.error(outcome.error().code());
    }
    // A record that cannot be written stops the service by itself (rule AU5). What is refused can
    // be sent again for ever.
    static_cast<void>(outcome.ok() ? audit_->write(std::move(record))
                                   : audit_->write_capped(std::move(record),
                                                          origin == CommandOrigin::peer
                                                              ? "refused, of peers"
                                                              : "refused, of administrators"));
  });
}

void NodeCore::build_directory_watch() {
  directory_watch_ =
      std::make_unique<DirectoryWatch>(self(), *store_, *keys_, clock_of(parts_.executor));
  directory_watch_->on_alarm([this](const OldDirectory& seen) { on_old_directory(seen); });
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    old_directory_gauge(node).set(0);
  }
}

Gauge& NodeCore::old_directory_gauge(mpc::PartyIndex node) const {
  return parts_.metrics->gauge("tercet_node_old_directory",
                               "1: that node was started with an old directory, as this node sees",
                               {{"node", node_id(node)}});
}

const std::string& NodeCore::node_id(mpc::PartyIndex node) const {
  return parts_.config->cluster.nodes[mpc::number(node) - 1U].id;
}

void NodeCore::on_old_directory(const OldDirectory& seen) {
  old_directory_gauge(seen.node).set(1);
  parts_.log.error("old_directory",
                   field("node", public_text(node_id(seen.node))),
                   field("detail", public_text(seen.detail)));
  AuditRecord record("old_directory");
  record.text("node", node_id(seen.node)).text("detail", seen.detail);
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(audit_->write(std::move(record)));
  if (seen.node == self()) {
    service_->compare_digests();  // the peers hear it
  }
}

void NodeCore::report_old_directories(NodeReport& report) const {
  for (const OldDirectory& seen : directory_watch_->report()) {
    NodeReport::Setback out;
    out.node = node_id(seen.node);
    out.caught_up = seen.caught_up;
    out.detail = seen.detail;
    out.to_do = seen.to_do;
    report.setbacks.push_back(std::move(out));
  }
}

void NodeCore::build_service() {
  const NodeServiceOptions options = service_options(*parts_.config);
  authoriser_ = std::make_unique<RequestAuthoriser<FullRequestDefences>>(
      options, *keys_, parts_.secrets, *parts_.clock, clock_of(parts_.executor));
  NodeService::Parts parts;
  parts.executor = parts_.executor;
  parts.bulk_executor = parts_.bulk_executor;
  parts.keys = keys_.get();
  parts.commands = intake_.get();
  parts.decisions = decisions_.get();
  parts.holdings = directory_watch_.get();
  parts.authoriser = authoriser_.get();
  parts.audit = audit_.get();
  parts.signing_key = parts_.signing_key;
  parts.metrics = parts_.metrics;
  parts.random = parts_.random;
  parts.bulk_random = parts_.bulk_random;
  parts.clock = parts_.clock;
  parts.engine = parts_.engine;
  parts.log = parts_.log;
  service_ = std::make_unique<NodeService>(options, parts);
  // The peers get it at once, also when the administrator reaches this node only.
  intake_->on_accepted([this](ByteView envelope) { service_->pass_on_command(envelope); });
  keys_->on_change([this](const KeyId& key) { service_->key_changed(key); });
}

void NodeCore::build_key_maker() {
  KeySessionContext context;
  context.store = store_.get();
  context.cluster = &parts_.config->cluster;
  context.import_key = parts_.import_key;
  context.engine = parts_.engine;
  key_maker_ = parts_.key_life->maker(parts_.executor,
                                      context,
                                      *decisions_,
                                      service_->sessions(),
                                      *parts_.clock,
                                      KeyMaker::Options());
  service_->sessions().serve(SessionKind::key_command, *key_maker_);
  service_->on_progress = [this] { key_maker_->wake(); };
  intake_->on_key_wanted([this] { key_maker_->wake(); });
}

void NodeCore::listen_to_decisions() {
  KeyDecisions::Listener& listener = decisions_->listener;
  listener.tell = [this](mpc::PartyIndex peer, Bytes said) {
    service_->tell_decision(peer, std::move(said));
  };
  listener.ended = [this](const DecisionRecord& decision) { on_decided(decision); };
  listener.at_all_nodes = [this](const KeyId& key) { keys_->state_changed(key); };
  listener.voted_twice = [this](mpc::PartyIndex node, const DecisionName& name) {
    capped_.error(
        "node_voted_twice", peer_name(node), field("node", number(node)), field("sid", name.sid));
    AuditRecord record("node_voted_twice");
    record.number("node", number(node)).id("sid", name.sid);
    // A record that cannot be written stops the service by itself (rule AU5).
    static_cast<void>(audit_->write_capped(std::move(record), peer_name(node)));
  };
  listener.own_vote_unknown = [this](mpc::PartyIndex from, const DecisionName& name) {
    directory_watch_->own_vote_unknown(from);
    capped_.error(
        "own_vote_unknown", peer_name(from), field("peer", number(from)), field("sid", name.sid));
  };
}

void NodeCore::on_decided(const DecisionRecord& decision) {
  const bool made = decision.outcome == Outcome::yes;
  for (const DecidedKey& key : decision.keys) {
    AuditRecord record("decision");
    record.text("key", key.key.text()).number("version", key.version.value());
    record.id("sid", decision.name.sid).text("outcome", made ? "made" : "dropped");
    // A record that cannot be written stops the service by itself (rule AU5).
    static_cast<void>(audit_->write(std::move(record)));
    if (made) {
      keys_->refresh(key.key);
    }
  }
  key_maker_->wake();
}

void NodeCore::stores_changed() {
  authoriser_->replace_stores(store_policies(parts_.config->cluster));
}

NodeReport NodeCore::report() const {
  NodeReport report = service_->report();
  for (NodeReport::Link& peer : report.peers) {
    for (const ClusterConfig::Node& node : parts_.config->cluster.nodes) {
      if (peer.peer == "node-" + std::to_string(node.index)) {  // the service knows party numbers
        peer.peer = node.id;
        break;
      }
    }
  }
  report.cluster_digest = to_hex(digest_of(parts_.config->cluster));
  report_decisions(report);
  report_old_directories(report);
  if (parts_.complete_report) {
    parts_.complete_report(report);
  }
  return report;
}

void NodeCore::report_decisions(NodeReport& report) const {
  std::array<DecisionPeer, 3> peers;
  for (std::size_t i = 0; i < peers.size(); ++i) {
    peers[i].node_id = parts_.config->cluster.nodes[i].id;
    peers[i].linked = i + 1 == mpc::number(self()) ||
                      std::ranges::any_of(report.peers, [&](const NodeReport::Link& link) {
                        return link.peer == peers[i].node_id && link.up;
                      });
  }
  const SteadyTime now = clock_of(parts_.executor).now();
  for (const OpenDecision& open : decisions_->report()) {
    report.decisions.push_back(describe(open, peers, now));
  }
}

void NodeCore::start() {
  service_->start();
  tasks_.spawn(key_maker_->drive());
  tasks_.spawn(tend_log());
}

Task<void> NodeCore::tend_log() {
  while (true) {
    const Status slept = co_await sleep_for(kTendLog);
    if (!slept) {
      co_return;  // cancelled
    }
    capped_.tell_left_out();
  }
}

Task<void> NodeCore::stop() {
  key_maker_->stop();
  co_await service_->stop();
  tasks_.close();
  co_await tasks_.join();
}

}  // namespace tercet::node
