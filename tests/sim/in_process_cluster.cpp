#include "tests/sim/in_process_cluster.h"

#include <utility>

#include "core/time/clock.h"
#include "core/time/executor_clock.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/model/version_name.h"
#include "node/policy/request_authoriser.h"
#include "tests/sim/kms_signer.h"
#include "tests/support/test_members.h"

namespace tercet::test {

using mpc::PartyIndex;

namespace {

constexpr std::uint32_t kBatchVectors = 8192;  ///< small: these tests make many
constexpr Milliseconds kSettleLimit{30000};
/// Nodes beat when the test says so, and raw proxies say nothing by themselves.
constexpr Milliseconds kNeverSilent{600'000};

proxy::CoordinatorOptions coordinator_options() {
  proxy::CoordinatorOptions options;
  options.remembered_max = 64;
  options.batches_wanted = 6;
  options.link_silence = kNeverSilent;
  return options;
}

Task<void> serve_link(proxy::NodeSet& nodes, PartyIndex node, std::unique_ptr<FrameLink> link) {
  static_cast<void>(co_await nodes.serve(node, std::move(link)));
}

std::string node_name(PartyIndex party) {
  return "node-" + std::to_string(mpc::number(party));
}

}  // namespace

std::optional<node::KeyEntry> DealtKeys::find(const KeyId& key) const {
  const auto found = entries.find(key);
  return found == entries.end() ? std::nullopt : std::optional(found->second);
}

std::optional<node::KeyEntry> DealtKeys::find(const KeyId& key, KeyVersion version) const {
  std::optional<node::KeyEntry> entry = find(key);
  return entry && entry->version == version ? entry : std::nullopt;
}

std::vector<node::KeyEntry> DealtKeys::list() const {
  std::vector<node::KeyEntry> all;
  for (const auto& [id, entry] : entries) {
    all.push_back(entry);
  }
  return all;
}

Status DealtKeys::open(node::KeyEntry& entry) {
  return entry.material ? ok_status() : Error(Errc::not_found, "this node was dealt no shares");
}

Status DealtKeys::count_ivs(const KeyId& /*key*/, KeyVersion /*version*/, std::uint32_t count) {
  ivs_counted += count;
  return ok_status();
}

void DealtKeys::note_changes() {
  for (const auto& [id, entry] : entries) {
    const std::string name = node::version_name(id, entry.version);
    const mpc::ByteShares& key = entry.material->key();
    const PartyIndex self = entry.material->party();
    settled_.put(name, node::short_sha256(entry.epoch.view()));
    with_next_.put(name, mpc::component_fingerprint(entry.epoch, mpc::next(self), key.next));
    with_previous_.put(name, mpc::component_fingerprint(entry.epoch, self, key.own));
  }
}

const node::DigestIndex& NotedCommands::digests() const {
  index_.clear();
  for (const CommandId& id : ids) {
    index_.put(as_text(id.view()), node::ShortDigest());
  }
  return index_;
}

std::unique_ptr<node::Authoriser> InProcessCluster::product_authoriser(
    const node::NodeServiceOptions& options, node::KeyDirectory& keys) {
  return std::make_unique<node::RequestAuthoriser<node::FullRequestDefences>>(
      options, keys, KmsSigner::secret_of, system_wall_clock(), real_clock());
}

InProcessCluster::InProcessCluster(AuthoriserMaker make_authoriser)
    : health_key_(KeyId::parse("health").value()),
      store_key_(KeyId::parse("orders").value()),
      make_authoriser_(make_authoriser),
      proxy_random_(as_bytes("proxy")) {
  tasks_ = std::make_unique<TaskGroup>(context_.get_executor());
  for (const PartyIndex party : mpc::kAllParties) {
    sites_[place(party)] = std::make_unique<Site>();
  }
  deal(health_key_, std::string(), health_key_bytes());
  deal(store_key_, std::string(KmsSigner::kStore), store_key_bytes());
  for (const PartyIndex party : mpc::kAllParties) {
    build(party);
  }
  coordinator_ = std::make_unique<proxy::Coordinator>(
      context_.get_executor(), proxy_random_, coordinator_options());
  join_peers(PartyIndex::p1, PartyIndex::p2);
  join_peers(PartyIndex::p1, PartyIndex::p3);
  join_peers(PartyIndex::p2, PartyIndex::p3);
  for (const PartyIndex party : mpc::kAllParties) {
    join_proxy(party);
  }
  tasks_->spawn(coordinator_->keep_lease());
  run_for(Milliseconds(100));
  join_bulk(PartyIndex::p1, PartyIndex::p2);
  join_bulk(PartyIndex::p1, PartyIndex::p3);
  join_bulk(PartyIndex::p2, PartyIndex::p3);
}

InProcessCluster::~InProcessCluster() {
  coordinator_->stop();
  block_on(context_, coordinator_->join());
  for (const auto& site : sites_) {
    block_on(context_, site->service->stop());
    block_on(context_, site->service->join_bulk());
  }
  coordinator_->nodes().close_all();
  run_for(Milliseconds(50));  // what serves the links ends by itself, before anything is cancelled
  block_on(context_, close_tasks());
}

Task<void> InProcessCluster::close_tasks() {
  tasks_->close();
  co_await tasks_->join();
}

void InProcessCluster::deal(const KeyId& id, const std::string& store, ByteView key) {
  const ThreeKeys materials = dealer_.derive_key(key);
  for (const PartyIndex party : mpc::kAllParties) {
    node::KeyEntry entry;
    entry.id = id;
    entry.store = store;
    entry.facts.enabled = true;
    entry.facts.may_encrypt = true;
    entry.facts.may_decrypt = true;
    entry.version = KeyVersion(1);
    entry.epoch = EpochId({1});
    entry.material = materials[place(party)];
    entry.derived = entry.material->derived();
    sites_[place(party)]->keys.entries.emplace(id, std::move(entry));
    sites_[place(party)]->keys.note_changes();
  }
}

void InProcessCluster::build(PartyIndex party) {
  Site& site = *sites_[place(party)];
  const std::string seed = node_name(party) + "/" + std::to_string(++built_);
  site.random = std::make_unique<DeterministicRandom>(as_bytes(seed));
  site.registry = std::make_unique<Registry>();
  site.audit = std::make_unique<node::AuditTrail>(
      node_name(party),
      [&site](std::string_view line) {
        if (site.audit_fails) {
          return Status(Error(Errc::storage_error, "disk full"));
        }
        site.audit_lines.emplace_back(line);
        return ok_status();
      },
      system_wall_clock(),
      clock_of(context_.get_executor()));
  node::NodeServiceOptions options;
  options.self = party;
  options.node_id = node_name(party);
  options.membership = TestMembers::get().membership();
  options.health_key = health_key_;
  options.has_health_key = true;
  options.health_checks_per_proxy_second = 1000;
  options.proxies = {"proxy-1", "proxy-2"};
  options.batch_vectors = kBatchVectors;
  options.stores = {KmsSigner::store()};
  options.beats = false;
  options.proxy_silence = kNeverSilent;
  node::NodeService::Parts parts;
  parts.executor = context_.get_executor();
  parts.bulk_executor = context_.get_executor();
  parts.keys = &site.keys;
  parts.commands = &site.commands;
  site.service.reset();  // before its authoriser
  site.authoriser = make_authoriser_(options, site.keys);
  parts.authoriser = site.authoriser.get();
  parts.audit = site.audit.get();
  parts.log = Logger("node", site.log);
  parts.signing_key = &TestMembers::get().signing_key(party);
  parts.metrics = site.registry.get();
  parts.random = site.random.get();
  parts.bulk_random = site.random.get();
  parts.clock = &system_wall_clock();
  site.service = std::make_unique<node::NodeService>(options, parts);
  site.service->start();
}

void InProcessCluster::join_peers(PartyIndex lower, PartyIndex higher) {
  MemoryLinkEnd a(sites_[place(lower)]->stamps, node_name(lower));
  MemoryLinkEnd b(sites_[place(higher)]->stamps, node_name(higher));
  auto link = make_memory_link(context_.get_executor(), std::move(a), std::move(b));
  tasks_->spawn(node(lower).serve_peer(higher, std::move(link.first)));
  tasks_->spawn(node(higher).serve_peer(lower, std::move(link.second)));
}

void InProcessCluster::join_bulk(PartyIndex lower, PartyIndex higher) {
  MemoryLinkEnd a(sites_[place(lower)]->stamps, node_name(lower));
  MemoryLinkEnd b(sites_[place(higher)]->stamps, node_name(higher));
  auto link = make_memory_link(context_.get_executor(), std::move(a), std::move(b));
  tasks_->spawn(node(lower).serve_bulk(higher, std::move(link.first)));
  tasks_->spawn(node(higher).serve_bulk(lower, std::move(link.second)));
}

void InProcessCluster::join_proxy(PartyIndex party) {
  MemoryLinkEnd a(proxy_stamps_, "proxy-1");
  MemoryLinkEnd b(sites_[place(party)]->stamps, node_name(party));
  auto link = make_memory_link(context_.get_executor(), std::move(a), std::move(b));
  tasks_->spawn(serve_link(coordinator_->nodes(), party, std::move(link.first)));
  tasks_->spawn(node(party).serve_proxy(std::move(link.second)));
}

void InProcessCluster::run_for(Milliseconds duration) {
  const Deadline until = Deadline::in(real_clock(), duration);
  while (!until.passed()) {
    context_.restart();
    context_.run_for(Milliseconds(5));
  }
}

std::unique_ptr<FrameLink> InProcessCluster::raw_link(PartyIndex party,
                                                      const std::string& proxy,
                                                      std::shared_ptr<StampedParty> stamps) {
  MemoryLinkEnd a(std::move(stamps), proxy);
  MemoryLinkEnd b(sites_[place(party)]->stamps, node_name(party));
  auto link = make_memory_link(context_.get_executor(), std::move(a), std::move(b));
  tasks_->spawn(node(party).serve_proxy(std::move(link.second)));
  return std::move(link.first);
}

std::unique_ptr<FrameLink> InProcessCluster::raw_peer_link(PartyIndex at, PartyIndex as) {
  MemoryLinkEnd a(std::make_shared<StampedParty>(), node_name(as));
  MemoryLinkEnd b(sites_[place(at)]->stamps, node_name(at));
  auto link = make_memory_link(context_.get_executor(), std::move(a), std::move(b));
  tasks_->spawn(node(at).serve_peer(as, std::move(link.second)));
  return std::move(link.first);
}

void InProcessCluster::beat() {
  for (const PartyIndex party : mpc::kAllParties) {
    node(party).beat();
  }
}

bool InProcessCluster::beat_until(const std::function<bool()>& condition) {
  const Deadline until = Deadline::in(real_clock(), kSettleLimit);
  while (!condition()) {
    if (until.passed()) {
      return false;
    }
    beat();
    run_for(Milliseconds(20));
  }
  return true;
}

bool InProcessCluster::settle() {
  const auto stocked = [this] {
    return coordinator_->has_lease() && coordinator_->stock() > kBatchVectors;
  };
  return beat_until(stocked) && rest();
}

bool InProcessCluster::rest() {
  const auto sent = [this] {
    std::uint64_t frames = proxy_stamps_->frames_sent;
    for (const auto& site : sites_) {
      frames += site->stamps->frames_sent;
    }
    return frames;
  };
  const Deadline until = Deadline::in(real_clock(), kSettleLimit);
  while (!until.passed()) {
    const std::uint64_t before = sent();
    run_for(Milliseconds(100));
    if (sent() == before) {
      return true;
    }
    beat();  // to make stock takes long in some builds: a silent peer would be taken for dead
  }
  return false;
}

void InProcessCluster::restart_counts() {
  proxy_stamps_->restart();
  for (const auto& site : sites_) {
    site->stamps->restart();
  }
}

void InProcessCluster::restart(PartyIndex party) {
  Site& site = *sites_[place(party)];
  block_on(context_, site.service->stop());
  block_on(context_, site.service->join_bulk());
  run_for(Milliseconds(100));
  build(party);
  for (const PartyIndex peer : mpc::kAllParties) {
    if (peer != party) {
      join_peers(std::min(party, peer), std::max(party, peer));
    }
  }
  join_proxy(party);
  run_for(Milliseconds(200));
  join_bulk(PartyIndex::p1, PartyIndex::p2);
  join_bulk(PartyIndex::p1, PartyIndex::p3);
  join_bulk(PartyIndex::p2, PartyIndex::p3);
}

}  // namespace tercet::test
