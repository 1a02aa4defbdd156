#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/async/block_on.h"
#include "core/async/task_group.h"
#include "core/metrics/metrics.h"
#include "core/random/deterministic.h"
#include "node/policy/audit_trail.h"
#include "node/policy/authoriser.h"
#include "node/policy/key_directory.h"
#include "node/session/node_service.h"
#include "proxy/coordinator/coordinator.h"
#include "tests/support/engine_cluster.h"
#include "tests/support/memory_link.h"

namespace tercet::test {

/// Keys that a test deals, in memory.
class DealtKeys final : public node::KeyDirectory {
 public:
  std::optional<node::KeyEntry> find(const KeyId& key) const override;
  std::optional<node::KeyEntry> find(const KeyId& key, KeyVersion version) const override;
  std::vector<node::KeyEntry> list() const override;
  Status open(node::KeyEntry& entry) override;
  Status count_ivs(const KeyId& key, KeyVersion version, std::uint32_t count) override;

  const node::DigestIndex& settled() const override { return settled_; }

  const node::DigestIndex& components(mpc::Side with) const override {
    return with == mpc::Side::next ? with_next_ : with_previous_;
  }

  /// After a change of `entries`: what is compared with peers follows.
  void note_changes();

  std::map<KeyId, node::KeyEntry> entries;
  std::uint64_t ivs_counted = 0;

 private:
  node::DigestIndex settled_;
  node::DigestIndex with_next_;
  node::DigestIndex with_previous_;
};

/// A command log whose documents are the bytes of their ids.
class NotedCommands final : public node::CommandExchange {
 public:
  /// Follows `ids` whenever a link comes up.
  const node::DigestIndex& digests() const override;

  std::optional<Bytes> command(const CommandId& id) const override { return to_bytes(id.view()); }

  Result<std::optional<Bytes>> offer(ByteView document) override {
    offered.push_back(CommandId::copy_of(document));
    return std::optional<Bytes>();
  }

  std::vector<CommandId> ids;
  std::vector<CommandId> offered;  ///< by peers

 private:
  mutable node::DigestIndex index_;
};

/// Three NodeServices and a coordinator on one io_context, joined by memory links that count hops.
/// Heartbeats are the test's to give (`settle`), so that they do not disturb a count.
/// There are two dealt keys: the health key, and one in a key store whose credential the nodes and
/// KmsSigner (tests/sim/kms_signer.h) know.
class InProcessCluster {
 public:
  using AuthoriserMaker = std::unique_ptr<node::Authoriser> (*)(const node::NodeServiceOptions&,
                                                                node::KeyDirectory&);

  static std::unique_ptr<node::Authoriser> product_authoriser(
      const node::NodeServiceOptions& options, node::KeyDirectory& keys);

  /// The authorisers are the product's unless the test brings weakened ones.
  explicit InProcessCluster(AuthoriserMaker make_authoriser = product_authoriser);
  ~InProcessCluster();

  asio::io_context& context() { return context_; }

  node::NodeService& node(mpc::PartyIndex party) { return *sites_[place(party)]->service; }

  DealtKeys& keys(mpc::PartyIndex party) { return sites_[place(party)]->keys; }

  NotedCommands& commands(mpc::PartyIndex party) { return sites_[place(party)]->commands; }

  const std::vector<std::string>& audit(mpc::PartyIndex party) {
    return sites_[place(party)]->audit_lines;
  }

  const MemoryLogSink& log(mpc::PartyIndex party) { return *sites_[place(party)]->log; }

  void fail_audit(mpc::PartyIndex party, bool fails) { sites_[place(party)]->audit_fails = fails; }

  proxy::Coordinator& coordinator() { return *coordinator_; }

  StampedParty& proxy_stamps() { return *proxy_stamps_; }

  /// What the node sent, and the hops it saw.
  const StampedParty& node_stamps(mpc::PartyIndex party) { return *sites_[place(party)]->stamps; }

  const KeyId& health_key() const { return health_key_; }

  const KeyId& store_key() const { return store_key_; }

  /// The bytes of the keys: this test dealt them.
  static Bytes store_key_bytes() { return Bytes(32, 0xa5); }

  static Bytes health_key_bytes() { return Bytes(32, 0x5a); }

  /// A link to a node as a proxy of this name has it, for a test to misuse. `stamps` counts for it.
  std::unique_ptr<FrameLink> raw_link(mpc::PartyIndex party,
                                      const std::string& proxy,
                                      std::shared_ptr<StampedParty> stamps);
  /// A second link to `at` as the node `as` has it.
  std::unique_ptr<FrameLink> raw_peer_link(mpc::PartyIndex at, mpc::PartyIndex as);
  void beat();
  /// Beats and runs until the condition holds. False: it does not, within half a minute.
  bool beat_until(const std::function<bool()>& condition);
  /// Beats until the proxy has a lease with stock, then lets everything come to rest.
  bool settle();
  /// Runs until nobody sends anything any more (for 100 ms in which there are no beats).
  bool rest();
  /// Starts a new count of hops at all parties.
  void restart_counts();
  /// The node begins anew: another service, nothing kept but its keys.
  void restart(mpc::PartyIndex party);
  void run_for(Milliseconds duration);

 private:
  class Site {
   public:
    Site() = default;
    DealtKeys keys;
    NotedCommands commands;
    std::vector<std::string> audit_lines;
    bool audit_fails = false;
    std::shared_ptr<MemoryLogSink> log = std::make_shared<MemoryLogSink>();
    std::shared_ptr<StampedParty> stamps = std::make_shared<StampedParty>();
    std::unique_ptr<DeterministicRandom> random;
    std::unique_ptr<Registry> registry;
    std::unique_ptr<node::AuditTrail> audit;
    std::unique_ptr<node::Authoriser> authoriser;
    std::unique_ptr<node::NodeService> service;
  };

  Task<void> close_tasks();
  void deal(const KeyId& id, const std::string& store, ByteView key);
  void build(mpc::PartyIndex party);
  void join_peers(mpc::PartyIndex lower, mpc::PartyIndex higher);
  void join_bulk(mpc::PartyIndex lower, mpc::PartyIndex higher);
  void join_proxy(mpc::PartyIndex party);

  asio::io_context context_{1};
  EngineCluster dealer_{77};
  KeyId health_key_;
  KeyId store_key_;
  AuthoriserMaker make_authoriser_;
  unsigned built_ = 0;
  std::array<std::unique_ptr<Site>, 3> sites_;
  std::shared_ptr<StampedParty> proxy_stamps_ = std::make_shared<StampedParty>();
  DeterministicRandom proxy_random_;
  std::unique_ptr<proxy::Coordinator> coordinator_;
  std::unique_ptr<TaskGroup> tasks_;
};

}  // namespace tercet::test
