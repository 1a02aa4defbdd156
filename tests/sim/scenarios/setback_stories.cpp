// Stories of a node that is started with an old directory (rule Q5): it and its peers notice, it
// catches up, uses nothing that it lacks, and says nothing that it may have denied before.

#include <memory>
#include <string>

#include "tests/sim/scenarios/scenario.h"
#include "tests/sim/scenarios/stories.h"
#include "tests/sim/scenarios/story_parts.h"

namespace tercet::sim::stories {

namespace {

constexpr Site kSetBack = 2;

KeyId letters() {
  return key_named("letters");
}

/// Node 3 begins again with what lay there before.
void set_back(Cluster& cluster, const DiskImage& before) {
  cluster.node(kSetBack).crash(Crash::killed);
  cluster.node(kSetBack).image() = before;
}

/// What the node says of node 3's directory; empty if nothing.
std::string seen_of_setback(Cluster& cluster, Site at) {
  for (const node::OldDirectory& seen : cluster.node(at).core()->directory_watch().report()) {
    if (mpc::number(seen.node) == kSetBack + 1) {
      return seen.detail;
    }
  }
  return {};
}

bool sees_setback(Cluster& cluster, Site at) {
  return !seen_of_setback(cluster, at).empty();
}

/// Node 3 begins with node 1 alone: each must see it by itself. That both peers say so, and node 3
/// then of itself, must not be what makes up for a way of seeing it that is broken.
void expect_seen_by_each_way(Stage& stage) {
  Cluster& cluster = stage.cluster();
  cluster.network().set_cut(1, kSetBack, true);
  cluster.node(kSetBack).start();
  cluster.run_for(std::chrono::seconds(20));
  const std::string peer = seen_of_setback(cluster, 0);
  stage.expect(!peer.empty(), "node 1 sees by what node 3 had said that it holds less");
  stage.expect(peer.find("says so itself") == std::string::npos,
               "node 3 does not say so on one node's word");
  const std::string own = seen_of_setback(cluster, kSetBack);
  stage.expect(own.find("node 1 said it had heard of ") != std::string::npos,
               "node 3 sees by what node 1 heard of it");
  stage.expect(own.find("missing here: ") != std::string::npos &&
                   own.find("letters version 1") != std::string::npos,
               "node 3 sees by a version that node 1 has");
  cluster.network().set_cut(1, kSetBack, false);
}

void expect_alarm_everywhere(Stage& stage) {
  for (Site node = 0; node < kNodes; ++node) {
    stage.expect(sees_setback(stage.cluster(), node),
                 "node " + std::to_string(node + 1) + " sees that node 3 was set back");
  }
}

void expect_nobody_called_corrupt(Stage& stage) {
  for (Site node = 0; node < kNodes; ++node) {
    stage.expect(stage.cluster().node(node).double_votes_seen() == 0,
                 "node " + std::to_string(node + 1) + " takes nobody for corrupt");
  }
}

void start_from(Stage& stage, bool empty) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const KeyId imported = key_named("imported");
  stage.expect(cluster.carry_out(administrators.import(imported), kMakeLimit), "an import");
  cluster.run_for(std::chrono::seconds(10));
  const DiskImage before = empty ? DiskImage() : cluster.node(kSetBack).image_now();
  const auto disable = administrators.enable(imported, false, 0);
  stage.expect(disable && cluster.carry_out(*disable, kMakeLimit), "a disable");
  stage.expect(cluster.carry_out(administrators.create(letters()), kMakeLimit), "a creation");
  stage.expect(serves_soon(cluster, letters()), "the new key serves");
  cluster.run_for(std::chrono::seconds(10));
  cluster.expect_no_setback();
  set_back(cluster, before);
  cluster.run_for(std::chrono::seconds(1));
  expect_seen_by_each_way(stage);
  cluster.run_for(std::chrono::seconds(20));
  expect_alarm_everywhere(stage);
  stage.expect(cluster.node(0).core()->directory_watch().held().commands ==
                   cluster.node(kSetBack).core()->directory_watch().held().commands,
               "node 3 has all commands again");
  const auto entry = cluster.node(kSetBack).core()->keys().find(imported);
  stage.expect(empty ? !entry.has_value() : entry && !entry->facts.enabled,
               "what was disabled is disabled at node 3");
  stage.expect(!serves(cluster, letters()), "what node 3 lacks does not serve");
  stage.expect(empty || serves_soon(cluster, key_named("orders")), "what it has serves");
  const KeyId after = key_named("after");
  stage.expect(cluster.carry_out(administrators.create(after), kMakeLimit), "a key is made");
  stage.expect(serves_soon(cluster, after), "and serves");
  expect_nobody_called_corrupt(stage);
  cluster.restart_nodes(Crash::killed);
  cluster.run_for(std::chrono::seconds(20));
  expect_alarm_everywhere(stage);  // for as long as something is missing
}

/// Once node 3 votes for the creation: `then` happens when its vote has left for the first node.
void when_it_votes(Cluster& cluster, const std::function<void(Site to)>& then) {
  auto voted = std::make_shared<bool>(false);
  cluster.network().on_send([voted, then](Site from, Site to, Port port, std::uint8_t type) {
    if (from == kSetBack && carries_votes(port, type) && !*voted) {
      *voted = true;
      then(to);
    }
  });
}

}  // namespace

void yesterdays_directory(Stage& stage) {
  start_from(stage, false);
}

void empty_directory(Stage& stage) {
  start_from(stage, true);
}

void vote_is_lost(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const DiskImage before = cluster.node(kSetBack).image_now();
  for (const Site from : {Site{0}, kSetBack}) {  // node 2 is the last to vote, and will not
    cluster.network().path(from, 1).delay = Milliseconds(300);
  }
  when_it_votes(cluster, [&cluster, &before](Site) {
    cluster.world().time().after(Milliseconds(50), [&cluster, &before] {
      set_back(cluster, before);
      cluster.node(1).crash(Crash::killed);
    });
  });
  const auto sent = administrators.sign(administrators.create(letters()));
  administrators.bring_to_all(*sent);
  cluster.run_for(std::chrono::seconds(5));
  stage.expect(!cluster.node(1).running(), "node 3 has voted");
  cluster.network().on_send({});
  cluster.heal();
  cluster.run_for(std::chrono::seconds(40));
  administrators.ask(*sent);
  stage.expect(sent->done_everywhere(), "the key is made in another session");
  stage.expect(sees_setback(cluster, kSetBack), "node 3 sees that a vote of its own is gone");
  expect_nobody_called_corrupt(stage);
  stage.expect(serves_soon(cluster, letters()), "the key serves");
}

void asked_before_it_has_compared(Stage& stage) {
  Cluster& cluster = stage.begin();
  Administrators& administrators = cluster.administrators();
  const DiskImage before = cluster.node(kSetBack).image_now();
  for (const Site from : {Site{0}, Site{1}}) {  // node 3 is the last to vote
    cluster.network().path(from, kSetBack).delay = Milliseconds(20);
  }
  // Its vote reaches node 1 only, and node 1 nobody.
  when_it_votes(cluster, [&cluster, &before](Site) {
    cluster.network().set_cut_one_way(kSetBack, 1, true);
    cluster.network().set_cut(0, 1, true);
    cluster.world().time().after(Milliseconds(100), [&cluster, &before] {
      cluster.network().reset_links(kSetBack, 1);  // what was held up on the way is lost
      set_back(cluster, before);
      cluster.network().set_cut(0, kSetBack, true);
    });
  });
  const auto sent = administrators.sign(administrators.create(letters()));
  administrators.bring_to_all(*sent);
  cluster.run_for(std::chrono::seconds(3));
  stage.expect(!cluster.node(kSetBack).running(), "node 3 has voted");
  cluster.network().on_send({});
  cluster.network().set_cut_one_way(kSetBack, 1, false);
  cluster.node(kSetBack).start();
  cluster.run_for(std::chrono::seconds(20));  // node 2 asks it
  cluster.heal();
  cluster.run_for(std::chrono::seconds(30));
  expect_alarm_everywhere(stage);
  expect_nobody_called_corrupt(stage);
  stage.expect(serves_soon(cluster, key_named("orders")), "what node 3 has serves");
}

}  // namespace tercet::sim::stories
