// Stories of permits that come late, of ids that are used again, and of rotations.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/scenarios/scenario.h"
#include "tests/sim/scenarios/stories.h"
#include "tests/sim/scenarios/story_parts.h"

namespace tercet::sim::stories {

namespace {

constexpr int kRounds = 80;
constexpr Milliseconds kRoundPause{100};  ///< within what the small stock of a simulation gives

KeyId orders() {
  return key_named("orders");
}

}  // namespace

void late_permits(Stage& stage) {
  for (const std::size_t takers : {std::size_t{1}, std::size_t{2}}) {
    Cluster& cluster = stage.begin();
    Administrators& administrators = cluster.administrators();
    stage.expect(cluster.carry_out(*administrators.enable(orders(), false, 0), kMakeLimit),
                 "a disable");
    cut_all_links(cluster);
    cluster.run_for(std::chrono::seconds(5));
    const auto enable = administrators.enable(orders(), true, 0);
    stage.expect(enable.has_value(), "an enable of what node 1 shows is signed");
    const auto sent = administrators.sign(*enable);
    for (Site node = 0; node < takers; ++node) {
      administrators.bring(*sent, node);
    }
    cluster.run_for(std::chrono::seconds(700));  // it expires
    cluster.heal();
    cluster.run_for(std::chrono::seconds(20));
    const bool in_force = serves_soon(cluster, orders());
    stage.expect(in_force == (takers == 2),
                 "an enable is in force if two nodes took it in time, and only then");
    administrators.ask(*sent);
    stage.expect(takers == 1 || sent->done_everywhere(), "all nodes say that it is in force");
  }
}

void failed_id_is_used_again(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const KeyId key = key_named("letters");
  // Of a creation the votes of node 2 reach nobody, and the other nodes break off before theirs.
  const auto first = administrators.sign(administrators.create(key, 30));
  auto voted = std::make_shared<bool>(false);
  cluster.network().on_send([&cluster, voted](Site from, Site to, Port port, std::uint8_t type) {
    if (from == 1 && carries_votes(port, type)) {
      const auto open = cluster.node(from).core()->decisions().report();
      *voted = *voted || std::ranges::any_of(open, [](const auto& one) { return !one.running; });
      cluster.network().reset_links(from, to, Port::peer);
    }
  });
  administrators.bring_to_all(*first);
  cluster.run_for(std::chrono::seconds(60));
  cluster.heal();
  cluster.run_for(std::chrono::seconds(20));
  administrators.ask(*first);
  stage.expect(*voted, "node 2 has voted");
  stage.expect(first->failed_everywhere(), "the creation fails at all nodes");
  stage.expect(cluster.carry_out(administrators.import_raw(key), kMakeLimit),
               "its id is free for an import with raw framing");
  for (Site node = 0; node < kNodes; ++node) {
    const auto entry = cluster.node(node).core()->keys().find(key);
    stage.expect(entry && entry->facts.framing == node::KeyFraming::raw,
                 "node " + std::to_string(node + 1) + " serves it with raw framing");
  }
  stage.expect(serves_soon(cluster, key), "the key serves");
  stage.expect_all_served();
}

void requests_during_rotation(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  stage.expect(serves_soon(cluster, orders()), "the key serves");
  const Ciphertext old = cluster.kms().kept().back();
  const auto sent = administrators.sign(administrators.rotate(orders(), KeyVersion(2)));
  administrators.bring_to_all(*sent);
  std::vector<std::shared_ptr<const Kms::Call>> calls;
  for (int i = 0; i < kRounds; ++i) {
    // Each another one: KMS never sends one signature more than three times.
    const Bytes aad = to_bytes(as_bytes(std::to_string(i)));
    calls.push_back(cluster.kms().encrypt(0, orders(), to_bytes(as_bytes("a message")), aad));
    const Ciphertext chosen = i % 8 == 0 ? old : cluster.kms().kept().back();
    calls.push_back(cluster.kms().decrypt(0, chosen));
    cluster.run_for(kRoundPause);
  }
  cluster.run_for(std::chrono::seconds(2));
  administrators.ask(*sent);
  stage.expect(sent->done_everywhere(), "the key is rotated");
  std::size_t refused = 0;
  for (const auto& call : calls) {
    refused += call->served() ? 0U : 1U;
  }
  stage.expect(
      refused == 0,
      std::to_string(refused) + " of " + std::to_string(calls.size()) + " requests were refused");
  stage.expect(cluster.kms().kept().back().metadata != old.metadata,
               "what is encrypted now names another version");
  stage.expect_all_served();
}

void node_dies_in_rotation(Stage& stage) {
  for (Site node = 0; node < kNodes && stage.good(); ++node) {
    at_each_moment(
        stage,
        [](Cluster& cluster) { return cluster.administrators().rotate(orders(), KeyVersion(2)); },
        lose_power(node, DiskMoments::around_syncs));
  }
}

void link_breaks_in_rotation(Stage& stage) {
  at_each_moment(
      stage,
      [](Cluster& cluster) { return cluster.administrators().rotate(orders(), KeyVersion(2)); },
      break_the_link_of_a_frame);
}

}  // namespace tercet::sim::stories
