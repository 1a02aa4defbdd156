// Stories of how keys are made, enabled and disabled.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/link/peer_frames.h"
#include "tests/sim/scenarios/scenario.h"
#include "tests/sim/scenarios/stories.h"
#include "tests/sim/scenarios/story_parts.h"

namespace tercet::sim::stories {

namespace {

constexpr auto kProposal = static_cast<std::uint8_t>(node::PeerFrame::propose);
constexpr unsigned kAttemptsMax = 10;  ///< of one command in half a minute

constexpr Milliseconds kWithheld{150};  ///< less than until the next attempt

constexpr int kManyKeys = 40;
constexpr Milliseconds kManyLimit{60'000};

KeyId fresh_key() {
  return key_named("letters");
}

node::Command creation(Cluster& cluster) {
  return cluster.administrators().create(fresh_key());
}

}  // namespace

void honest_cluster(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const KeyId imported = key_named("imported");
  stage.expect(cluster.carry_out(administrators.import(imported), kMakeLimit), "an import");
  stage.expect(serves_soon(cluster, key_named("orders")), "a created key serves");
  stage.expect(serves_soon(cluster, imported), "an imported key serves");
  const auto disable = administrators.enable(imported, false, 0);
  stage.expect(disable && cluster.carry_out(*disable, kMakeLimit), "a disable");
  stage.expect(!serves(cluster, imported), "a disabled key does not serve");
  const auto enable = administrators.enable(imported, true, 0);
  stage.expect(enable && cluster.carry_out(*enable, kMakeLimit), "an enable");
  stage.expect(serves_soon(cluster, imported), "an enabled key serves again");
  stage.expect_all_served();
  cluster.expect_bounded();
}

void link_breaks_in_creation(Stage& stage) {
  at_each_moment(stage, creation, break_the_link_of_a_frame);
}

void node_dies_in_creation(Stage& stage) {
  for (Site node = 0; node < kNodes && stage.good(); ++node) {
    at_each_moment(stage, creation, lose_power(node, DiskMoments::all));
  }
}

void node_dies_in_import(Stage& stage) {
  for (Site node = 0; node < kNodes && stage.good(); ++node) {
    at_each_moment(
        stage,
        [](Cluster& cluster) { return cluster.administrators().import_raw(fresh_key()); },
        lose_power(node, DiskMoments::around_syncs));
  }
}

void peers_lack_the_command(Stage& stage) {
  Cluster& cluster = stage.begin();
  for (const Site peer : {Site{1}, Site{2}}) {  // to them the command is from the future
    cluster.node(peer).wall_clock().error = -std::chrono::minutes(5);
  }
  const auto sent = cluster.administrators().sign(cluster.administrators().create(fresh_key()));
  unsigned proposals = 0;
  cluster.network().on_send([&proposals](Site, Site, Port port, std::uint8_t type) {
    proposals += port == Port::peer && type == kProposal ? 1U : 0U;
  });
  cluster.administrators().bring_to_all(*sent);
  cluster.run_for(std::chrono::seconds(30));
  stage.expect(proposals >= 2 && proposals <= 2 * kAttemptsMax,
               "it is tried less and less often, not " + std::to_string(proposals / 2) + " times");
  cluster.network().on_send({});
  for (const Site peer : {Site{1}, Site{2}}) {
    cluster.node(peer).wall_clock().error = Milliseconds(0);
  }
  cluster.administrators().bring_to_all(*sent);
  cluster.run_for(std::chrono::seconds(30));
  cluster.administrators().ask(*sent);
  stage.expect(sent->done_everywhere(), "the key is made once its peers have the command");
  stage.expect_all_served();
}

void many_creations(Stage& stage) {
  Cluster& cluster = stage.begin();
  for (Site from = 0; from < kNodes; ++from) {
    for (Site to = 0; to < kNodes; ++to) {
      cluster.network().path(from, to).delay = Milliseconds(20);
    }
  }
  cluster.run_for(std::chrono::seconds(1));
  Administrators& administrators = cluster.administrators();
  // Refused by node 3, whose clock is behind: it holds up nothing else.
  cluster.node(2).wall_clock().error = -std::chrono::minutes(5);
  administrators.bring_to_all(*administrators.sign(administrators.create(key_named("first"))));
  cluster.node(2).wall_clock().error = Milliseconds(0);
  std::vector<std::shared_ptr<SentCommand>> sent;
  for (int i = 0; i < kManyKeys; ++i) {
    sent.push_back(
        administrators.sign(administrators.create(key_named("key-" + std::to_string(i)))));
    administrators.bring_to_all(*sent.back());
  }
  std::size_t most_at_once = 0;
  std::size_t done = 0;
  const SteadyTime began = cluster.world().time().now();
  while (done < sent.size() && cluster.world().time().now() - began < kManyLimit) {
    cluster.run_for(Milliseconds(50));
    most_at_once = std::max(most_at_once, cluster.node(0).core()->decisions().report().size());
    done = 0;
    for (const auto& one : sent) {
      administrators.ask(*one);
      done += one->done_everywhere() ? 1U : 0U;
    }
  }
  stage.expect(done == sent.size(),
               std::to_string(done) + " of " + std::to_string(sent.size()) + " keys are made");
  stage.expect(most_at_once >= 8,
               "keys are made side by side, at most " + std::to_string(most_at_once) + " at once");
  stage.expect_all_served();
}

void votes_come_late(Stage& stage) {
  Cluster& cluster = stage.begin();
  const auto sent = cluster.administrators().sign(cluster.administrators().create(fresh_key()));
  // Node 3 says and hears nothing of its vote. What is open is said again every five seconds;
  // between, only of votes that are cast then.
  auto withheld_since = std::make_shared<std::optional<SteadyTime>>();
  const VirtualTime& time = cluster.world().time();
  cluster.network().withhold(
      [withheld_since, &time](Site from, Site to, Port port, std::uint8_t type) {
        if ((from != 2 && to != 2) || !carries_votes(port, type)) {
          return false;
        }
        *withheld_since = withheld_since->value_or(time.now());
        return time.now() - **withheld_since < kWithheld;
      });
  cluster.administrators().bring_to_all(*sent);
  cluster.run_for(std::chrono::seconds(30));
  cluster.administrators().ask(*sent);
  stage.expect(sent->done_everywhere(), "the key is made");
  for (Site node = 0; node < kNodes; ++node) {
    stage.expect(cluster.node(node).core()->decisions().report().empty(),
                 "no vote stays open for good at node " + std::to_string(node + 1));
  }
  stage.expect_all_served();
}

void enable_meets_disables(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const KeyId key = key_named("orders");
  cut_all_links(cluster);
  cluster.run_for(std::chrono::seconds(5));
  const auto one = administrators.enable(key, false, 0);
  const auto other = administrators.enable(key, false, 1);
  stage.expect(one && other, "both disables are signed");
  administrators.bring(*administrators.sign(*one), 0);
  administrators.bring(*administrators.sign(*other), 1);
  const auto lifts_one = administrators.enable(key, true, 0);
  stage.expect(lifts_one.has_value(), "an enable of what node 1 shows is signed");
  administrators.bring_to_all(*administrators.sign(*lifts_one));
  cluster.heal();
  cluster.run_for(std::chrono::seconds(20));
  stage.expect(!serves_soon(cluster, key),
               "the disable that the enable did not name stays in force");
}

}  // namespace tercet::sim::stories
