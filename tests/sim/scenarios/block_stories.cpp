// Stories of disables and enables: in whatever order they come, all nodes end with the same.

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/store/command_log.h"
#include "tests/sim/scenarios/scenario.h"
#include "tests/sim/scenarios/stories.h"
#include "tests/sim/scenarios/story_parts.h"

namespace tercet::sim::stories {

namespace {

using Sent = std::shared_ptr<SentCommand>;

std::vector<CommandId> standing_at(Cluster& cluster, Site node, const KeyId& key) {
  return cluster.node(node).core()->store().commands().blocks().standing(key);
}

node::ShortDigest settled_at(Cluster& cluster, Site node) {
  return node::DigestView(cluster.node(node).core()->keys().settled()).root();
}

void bring_in_order(Cluster& cluster, const std::vector<Sent>& sent, Site node) {
  for (const Sent& one : sent) {
    cluster.administrators().bring(*one, node);
  }
}

/// What is signed about one key, and the blocks that must stand in the end.
class Quarrel {
 public:
  KeyId key;
  std::vector<Sent> commands;
  std::vector<CommandId> stands;
};

/// Two disables and an enable against each of them, or against the first alone.
Quarrel quarrel_about(Cluster& cluster, const KeyId& key, bool both_lifted) {
  Administrators& administrators = cluster.administrators();
  Quarrel quarrel;
  quarrel.key = key;
  const node::Command one = *administrators.enable(key, false, 0);
  const node::Command other = *administrators.enable(key, false, 0);
  quarrel.commands = {administrators.sign(one),
                      administrators.sign(other),
                      administrators.sign(administrators.lift(key, {one.id}))};
  if (both_lifted) {
    quarrel.commands.push_back(administrators.sign(administrators.lift(key, {other.id})));
  } else {
    quarrel.stands = {other.id};
  }
  return quarrel;
}

/// Each order of delivery at node 1, its opposite at node 2; node 3 is away, and told by them. The
/// keys need not exist.
std::vector<Quarrel> quarrel_in_all_orders(Cluster& cluster, bool both_lifted) {
  std::vector<Quarrel> quarrels;
  std::vector<std::size_t> order(both_lifted ? 4 : 3);
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  do {
    const KeyId key =
        key_named((both_lifted ? "free-" : "blocked-") + std::to_string(quarrels.size()));
    quarrels.push_back(quarrel_about(cluster, key, both_lifted));
    std::vector<Sent> ordered;
    for (const std::size_t place : order) {
      ordered.push_back(quarrels.back().commands[place]);
    }
    bring_in_order(cluster, ordered, 0);
    std::reverse(ordered.begin(), ordered.end());
    bring_in_order(cluster, ordered, 1);
  } while (std::ranges::next_permutation(order).found);
  return quarrels;
}

}  // namespace

void disables_and_enables_in_all_orders(Stage& stage) {
  Cluster& cluster = stage.begin();
  cluster.node(2).crash(Crash::killed);
  cluster.network().set_cut(0, 1, true);
  cluster.run_for(std::chrono::seconds(5));
  std::vector<Quarrel> quarrels = quarrel_in_all_orders(cluster, true);
  for (Quarrel& quarrel : quarrel_in_all_orders(cluster, false)) {
    quarrels.push_back(std::move(quarrel));
  }
  cluster.heal();
  cluster.run_for(std::chrono::seconds(30));
  for (const Quarrel& quarrel : quarrels) {
    for (Site node = 0; node < kNodes; ++node) {
      stage.expect(standing_at(cluster, node, quarrel.key) == quarrel.stands,
                   "the blocks of " + quarrel.key.text() + " that no enable named stand at node " +
                       std::to_string(node + 1) + ", and no others");
    }
  }
  stage.expect_all_served();
}

void disable_overtakes_creation(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const KeyId key = key_named("letters");
  const node::Command disable = *administrators.enable(key, false, 0);
  administrators.bring_to_all(*administrators.sign(disable));
  stage.expect(cluster.carry_out(administrators.create(key), kMakeLimit), "a creation");
  cluster.run_for(std::chrono::seconds(5));
  stage.expect(!serves(cluster, key), "what was disabled before it was made does not serve");
  stage.expect(cluster.carry_out(administrators.lift(key, {disable.id}), kMakeLimit), "an enable");
  stage.expect(serves_soon(cluster, key), "enabled, it serves");
  stage.expect_all_served();
}

void commands_in_any_order(Stage& stage) {
  for (int round = 0; round < 6; ++round) {
    Cluster& cluster = stage.begin();
    Administrators& administrators = cluster.administrators();
    const KeyId made = key_named("letters");
    const KeyId rotated = key_named("orders");
    const node::Command disable = *administrators.enable(made, false, 0);
    std::vector<Sent> sent;
    for (const node::Command& command : {administrators.create(made),
                                         administrators.import_raw(made),  // rivals
                                         administrators.rotate(rotated, KeyVersion(2)),
                                         administrators.rotate(rotated, KeyVersion(2)),
                                         administrators.rotate(rotated, KeyVersion(3)),
                                         disable,
                                         administrators.lift(made, {disable.id}),
                                         *administrators.enable(rotated, false, 0)}) {
      sent.push_back(administrators.sign(command));
    }
    cut_all_links(cluster);
    cluster.run_for(std::chrono::seconds(5));
    for (Site node = 0; node < kNodes; ++node) {
      for (std::size_t left = sent.size(); left > 1; --left) {
        std::swap(sent[left - 1], sent[cluster.world().draw(0, left - 1)]);
      }
      // The last one it hears of from its peers, unless that is the enable, which needs two.
      const bool permit = sent.back()->command.form() == node::CommandForm::permit;
      bring_in_order(
          cluster, permit ? sent : std::vector<Sent>(sent.begin(), sent.end() - 1), node);
    }
    cluster.heal();
    cluster.run_for(std::chrono::seconds(60));
    for (const Sent& one : sent) {
      administrators.ask(*one);
      stage.expect(one->done_everywhere() || one->failed_everywhere(),
                   "a command ends the same at all nodes: " + std::string(one->command.kind()));
    }
    for (const Site node : {Site{1}, Site{2}}) {
      stage.expect(settled_at(cluster, node) == settled_at(cluster, 0), "all have the same keys");
      for (const KeyId& key : {made, rotated}) {
        stage.expect(standing_at(cluster, node, key) == standing_at(cluster, 0, key),
                     "all have the same blocks");
      }
    }
    stage.expect(serves_soon(cluster, made), "the key that was enabled serves");
    stage.expect(!serves(cluster, rotated), "the key that was disabled does not serve");
    stage.expect_all_served();
  }
}

}  // namespace tercet::sim::stories
