// The state that commands change is derived from commands, receipts and certificates alone: in
// whatever order they reach a node, it ends with the same.

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "node/admin/command_intake.h"
#include "node/admin/key_registry.h"
#include "node/keymaking/stored_decisions.h"
#include "node/store/share_store.h"
#include "tests/unit/node/command/command_fixture.h"

namespace tercet::test {
namespace {

using node::Command;

class Replay : public ::testing::Test {
 protected:
  /// One node; what reaches it is an event.
  class Node {
   public:
    explicit Node(const TestCluster& cluster)
        : verifier(cluster.config),
          intake(*store,
                 registry,
                 verifier,
                 cluster.config.id,
                 cluster.members(),
                 node::CommandIntake::Signer(mpc::PartyIndex::p1, cluster.signing[0]),
                 cluster.clock) {}

    TemporaryDirectory dir;
    std::unique_ptr<node::NodeStore> store = open_store(dir.path()).value();
    node::KeyRegistry registry{*store, mpc::PartyIndex::p1};
    node::CommandVerifier verifier;
    node::CommandIntake intake;
  };

  /// All that a node ends with.
  class State {
   public:
    State() = default;
    bool operator==(const State&) const = default;

    node::KeyBlocks blocks;
    std::map<CommandId, node::CommandState> commands;
    std::map<KeyId, node::KeyRecord> keys;
  };

  using Event = std::function<void(Node&)>;

  void expect_taken(Node& node, const node::CommandEnvelope& envelope) {
    EXPECT_TRUE(node.intake.offer(as_bytes(envelope.print())).ok());
  }

  /// `receipts`: of these nodes, each arriving by itself.
  void add(const Command& command, const std::vector<std::size_t>& receipts = {}) {
    const node::CommandEnvelope envelope = cluster.sign(command);
    given.push_back(command);
    if (receipts.empty()) {
      events.push_back([this, envelope](Node& node) { expect_taken(node, envelope); });
    }
    for (const std::size_t from : receipts) {
      node::CommandEnvelope with_receipt = envelope;
      with_receipt.receipts = {cluster.receipt(from, envelope.document)};
      events.push_back([this, with_receipt](Node& node) { expect_taken(node, with_receipt); });
    }
  }

  /// A certificate for what a command made; it needs the command and the version before.
  void decide(const Command& maker, const node::KeyEpoch& name) {
    node::DecisionRecord decision;
    decision.name =
        node::DecisionName(node::DecisionKind::make, cluster.members().number, name.epoch);
    decision.keys = {node::DecidedKey(name.key, name.version, maker.id)};
    decision.outcome = node::Outcome::yes;
    node::EpochRecord record = record_of(name);
    record.made_by = maker.id;
    certificates.push_back([decision, record](Node& node) {
      node::StoredDecisions decisions(*node.store);
      EXPECT_TRUE(decisions
                      .atomically([&]() -> Status {
                        TERCET_TRY_STATUS(node.store->shares().put(record, shares_of(1)));
                        TERCET_TRY_STATUS(decisions.put(decision));
                        return decisions.make_current(decision);
                      })
                      .ok());
    });
  }

  State replay(std::mt19937& random) {
    Node node(cluster);
    std::vector<Event> order = events;
    order.insert(order.end(), events.begin(), events.end());  // everything may come twice
    std::shuffle(order.begin(), order.end(), random);
    // A node that votes has the command: certificates come behind it, versions in their order.
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < certificates.size(); ++i) {
      places.push_back(std::uniform_int_distribution<std::size_t>(0, order.size())(random));
    }
    std::sort(places.begin(), places.end());
    for (std::size_t at = 0, next = 0; at <= order.size(); ++at) {
      for (; next < places.size() && places[next] == at; ++next) {
        makers[next](node);
        certificates[next](node);
      }
      if (at < order.size()) {
        order[at](node);
      }
    }
    State state;
    state.blocks = node.store->commands().blocks();
    state.keys = node.store->keys().all();
    for (const Command& command : given) {
      state.commands[command.id] = node.intake.find(command.id)->state;
    }
    return state;
  }

  void add_maker(const Command& command, const node::KeyEpoch& name) {
    add(command);
    makers.push_back(events.back());
    decide(command, name);
  }

  TestCluster cluster;
  std::vector<Command> given;
  std::vector<Event> events;
  std::vector<Event> makers;
  std::vector<Event> certificates;
};

TEST_F(Replay, AnyOrderEndsTheSame) {
  add_maker(cluster.create("k"), epoch_of("k", 1, 1));
  add_maker(cluster.command(node::RotateKey(key_id("k"), KeyVersion(2))), epoch_of("k", 2, 2));
  add(cluster.create("k"));  // rivals
  add(cluster.command(node::RotateKey(key_id("k"), KeyVersion(2))));
  add(cluster.command(node::RotateKey(key_id("k"), KeyVersion(3))));  // still waits
  const Command first = cluster.disable("k");
  const Command second = cluster.disable("k");
  const Command of_nobody = cluster.disable("unknown");
  add(first);
  add(second);
  add(of_nobody);
  add(cluster.enable("k", {first.id}), {0, 1});
  add(cluster.enable("k", {first.id, second.id}), {1});  // its second receipt is this node's
  add(cluster.enable("unknown", {of_nobody.id, first.id}), {1, 2});

  std::mt19937 random(20261201);  // NOLINT(cert-msc51-cpp): the same orders in every run
  const State wanted = replay(random);
  EXPECT_EQ(wanted.keys.at(key_id("k")).versions.size(), 2U);
  EXPECT_TRUE(wanted.blocks.standing(key_id("k")).empty());
  for (int i = 0; i < 60; ++i) {
    EXPECT_TRUE(replay(random) == wanted) << "order " << i;
  }
}

}  // namespace
}  // namespace tercet::test
