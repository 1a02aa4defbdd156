// Stories of votes: a corrupt node that says YES and NO, votes that come late, a node that restarts
// between votes, a set that is damaged when it is to be voted for.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/cluster/corrupt_node.h"
#include "tests/sim/scenarios/scenario.h"
#include "tests/sim/scenarios/stories.h"
#include "tests/sim/scenarios/story_parts.h"

namespace tercet::sim::stories {

namespace {

using node::VoteForm;

constexpr Site kLiar = 2;

KeyId voted_key() {
  return key_named("letters");
}

/// The decision in which this node has said YES and waits for node 3 alone.
std::optional<node::DecisionName> waits_for_third(Cluster& cluster, Site node) {
  for (const node::OpenDecision& open : cluster.node(node).core()->decisions().report()) {
    if (!open.running && open.waits_for == node::NodeSet::of(mpc::PartyIndex::p3)) {
      return open.name;
    }
  }
  return std::nullopt;
}

/// A creation for which nodes 1 and 2 have said YES, both to both, and node 3 nothing yet.
std::optional<node::DecisionName> until_third_vote(Stage& stage, SentCommand& sent) {
  Cluster& cluster = stage.cluster();
  cluster.administrators().bring_to_all(sent);
  for (int i = 0; i < 200; ++i) {
    const auto one = waits_for_third(cluster, 0);
    if (one && one == waits_for_third(cluster, 1)) {
      return one;
    }
    cluster.run_for(Milliseconds(5));
  }
  stage.expect(false, "nodes 1 and 2 wait for the vote of node 3");
  return std::nullopt;
}

class Lie {
 public:
  Site to;
  VoteForm form;
};

/// Its epoch at the node, if the key is current there.
std::optional<EpochId> current_at(Cluster& cluster, Site node) {
  const auto entry = cluster.node(node).core()->keys().find(voted_key());
  return entry ? std::optional(entry->epoch) : std::nullopt;
}

/// Node 3 says these in turn, while what node 1 says, or node 2, does not reach the other.
void node_3_lies(Stage& stage, const std::vector<Lie>& lies, std::optional<Site> unheard) {
  Cluster& cluster = stage.begin();
  CorruptNode liar(cluster, kLiar);
  const auto sent = cluster.administrators().sign(cluster.administrators().create(voted_key()));
  const auto decision = until_third_vote(stage, *sent);
  if (!decision) {
    return;
  }
  if (unheard) {
    cluster.network().set_cut_one_way(*unheard, 1 - *unheard, true);
  }
  for (const Lie& lie : lies) {
    stage.expect(liar.say(lie.to, *decision, lie.form), "node 3 is linked");
    cluster.run_for(Milliseconds(20));
  }
  if (unheard) {
    cluster.network().set_cut_one_way(*unheard, 1 - *unheard, false);
  }
  cluster.run_for(std::chrono::seconds(12));  // node 3 says nothing more
  const auto epoch = current_at(cluster, 0);
  stage.expect(epoch == current_at(cluster, 1),
               "nodes 1 and 2 have both made the key current, or both not");
  for (const Site node : {Site{0}, Site{1}}) {
    const auto open = cluster.node(node).core()->decisions().report();
    stage.expect(std::ranges::none_of(open, [&](const auto& one) { return one.name == *decision; }),
                 "the decision has ended at node " + std::to_string(node + 1));
  }
}

}  // namespace

void corrupt_node_says_yes_and_no(Stage& stage) {
  constexpr VoteForm kYes = VoteForm::yes;
  constexpr VoteForm kNo = VoteForm::first_hand_no;
  const std::vector<std::vector<Lie>> stories = {
      {{0, kYes}, {1, kNo}},
      {{1, kNo}, {0, kYes}},
      {{0, kYes}, {1, kYes}, {0, kNo}, {1, kNo}},
      {{0, kNo}, {1, kNo}, {0, kYes}, {1, kYes}},
      {{0, kYes}, {1, kNo}, {0, kNo}, {1, kYes}},
      {{0, kNo}, {1, kNo}, {1, kYes}},
  };
  for (const std::vector<Lie>& lies : stories) {
    for (const std::optional<Site> unheard :
         {std::optional<Site>(), std::optional<Site>(0), std::optional<Site>(1)}) {
      node_3_lies(stage, lies, unheard);
    }
  }
}

void node_restarts_between_votes(Stage& stage) {
  for (Site node = 0; node < kNodes && stage.good(); ++node) {
    at_each_moment(
        stage,
        [](Cluster& cluster) { return cluster.administrators().create(voted_key()); },
        [node](Cluster& cluster, unsigned moment, std::shared_ptr<bool> struck) {
          auto left = std::make_shared<unsigned>(moment);
          cluster.network().on_send(
              [&cluster, left, struck, node](Site, Site, Port port, std::uint8_t type) {
                if (carries_votes(port, type) && is_the_one(*left)) {
                  *struck = true;
                  cluster.node(node).crash(Crash::killed);
                  cluster.world().time().after(Milliseconds(1500),
                                               [&cluster, node] { cluster.node(node).start(); });
                }
              });
        });
  }
}

void votes_outlive_their_command(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const auto sent = administrators.sign(administrators.create(voted_key(), 30));
  // All vote, and what the others voted reaches node 2 when the command is long past its end.
  cluster.network().withhold([](Site, Site to, Port port, std::uint8_t type) {
    return to == 1 && carries_votes(port, type);
  });
  administrators.bring_to_all(*sent);
  cluster.run_for(std::chrono::seconds(60));
  administrators.ask(*sent);
  stage.expect(sent->states[0] == "done", "node 1 has three votes");
  stage.expect(sent->states[1] == "accepted", "at node 2, which voted, the command has not failed");
  // Its id is free for another command where it is: nowhere.
  const auto rival = administrators.sign(administrators.import_raw(voted_key()));
  administrators.bring_to_all(*rival);
  cluster.heal();
  cluster.run_for(std::chrono::seconds(20));
  administrators.ask(*sent);
  stage.expect(sent->done_everywhere(), "the command is done at all nodes");
  administrators.ask(*rival);
  stage.expect(std::ranges::none_of(rival->states, [](const auto& s) { return s == "done"; }),
               "another command makes nothing of its id");
  stage.expect(serves_soon(cluster, voted_key()), "the key serves");
  stage.expect_all_served();
}

void set_is_damaged_before_the_vote(Stage& stage) {
  for (const mpc::PartyIndex node : {mpc::PartyIndex::p1, mpc::PartyIndex::p3}) {
    Cluster& cluster = stage.begin();
    cluster.toy().damage_next_set(node);
    stage.expect(cluster.carry_out(cluster.administrators().create(voted_key()), kMakeLimit),
                 "the key is made in a session whose check passes");
    stage.expect(!cluster.toy().will_damage(), "a set was damaged");
    stage.expect(serves_soon(cluster, voted_key()), "the key serves");
    stage.expect_all_served();
  }
}

}  // namespace tercet::sim::stories
