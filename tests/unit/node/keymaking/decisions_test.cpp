// The rules of the life of a key (key-lifecycle.md 5) on real stores: what three nodes end with,
// whatever was lost on the way.

#include <set>

#include <gtest/gtest.h>

#include "node/store/decision_store.h"
#include "tests/unit/node/keymaking/trio.h"

namespace tercet::test {
namespace {

using node::Command;
using node::CommandState;
using node::VoteForm;

class Decisions : public ::testing::Test {
 protected:
  /// At all three nodes: the same epoch, or none.
  void expect_epoch(const std::string& key, const std::optional<EpochId>& epoch) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(trio.epoch(i, key), epoch) << "node " << i + 1;
    }
  }

  void expect_state(const Command& command, CommandState state) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(trio.state(i, command), state) << "node " << i + 1;
    }
  }

  void restart_all() {
    trio.wire.clear();
    for (std::size_t i = 0; i < 3; ++i) {
      trio.start(i);
    }
  }

  Trio<> trio;
  Command create = trio.cluster.create("k");
};

TEST_F(Decisions, ThreeVotesMakeAKeyAndEndItsCommand) {
  const Command rival = trio.cluster.create("k");
  trio.give(create);
  trio.give(rival);
  const SessionId sid = trio.begin(create, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, create, sid).ok());
    expect_epoch("k", std::nullopt);  // nothing is current before the third vote is known
  }
  trio.deliver();
  expect_epoch("k", sid);
  expect_state(create, CommandState::done);
  expect_state(rival, CommandState::failed);  // the id is somebody's
}

TEST_F(Decisions, NothingOfASessionIsStoredBeforeTheVote) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  EXPECT_TRUE(trio.sites[0].store->shares().of_session(sid)->empty());
  ASSERT_TRUE(trio.finish(0, create, sid).ok());
  EXPECT_EQ(trio.sites[0].store->shares().of_session(sid)->size(), 1U);
  EXPECT_EQ(trio.sites[0].store->decisions().open()->size(), 1U);
}

TEST_F(Decisions, VotesThatWereLostAreSaidAgainAlsoAfterARestartOfAll) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, create, sid).ok());
  }
  restart_all();  // no vote has arrived anywhere
  expect_epoch("k", std::nullopt);
  trio.meet();
  expect_epoch("k", sid);
  expect_state(create, CommandState::done);
  restart_all();
  expect_epoch("k", sid);
}

TEST_F(Decisions, TheLastOneLearnsTheFinishedAnswer) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  trio.cut_link(0, 2);
  trio.cut_link(1, 2);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, create, sid).ok());
  }
  trio.wire.clear();
  trio.cut_link(0, 2, false);
  trio.meet();
  EXPECT_EQ(trio.epoch(0, "k"), sid);
  EXPECT_EQ(trio.epoch(2, "k"), sid);
  trio.start(0);  // whose decision has ended
  trio.cut_link(1, 2, false);
  trio.meet();
  expect_epoch("k", sid);
}

TEST_F(Decisions, ASessionThatBreaksAtOneNodeIsDroppedByAllAndTriedAgain) {
  trio.give(create);
  const SessionId first = trio.begin(create, 1);
  ASSERT_TRUE(trio.finish(0, create, first).ok());
  ASSERT_TRUE(trio.finish(1, create, first).ok());
  trio.break_off(2, first);
  EXPECT_FALSE(trio.sites[0].decisions->may_begin(key_id("k")).ok());
  trio.deliver();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(trio.sites[i].store->shares().of_session(first)->empty());
    EXPECT_TRUE(trio.sites[i].decisions->may_begin(key_id("k")).ok());
  }
  expect_state(create, CommandState::accepted);
  const SessionId second = trio.begin(create, 2);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, create, second).ok());
  }
  trio.deliver();
  expect_epoch("k", second);
}

TEST_F(Decisions, ANodeThatWasKilledInTheSessionSaysNoWhenItIsAsked) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  ASSERT_TRUE(trio.finish(0, create, sid).ok());
  ASSERT_TRUE(trio.finish(1, create, sid).ok());
  trio.wire.clear();
  trio.start(2);
  trio.meet();
  expect_epoch("k", std::nullopt);
  EXPECT_TRUE(trio.sites[0].decisions->may_begin(key_id("k")).ok());
  EXPECT_TRUE(trio.sites[1].decisions->may_begin(key_id("k")).ok());
  EXPECT_TRUE(trio.sites[0].voted_twice.empty());
}

TEST_F(Decisions, OneOpenVoteAKey) {
  trio.give(create);
  const SessionId first = trio.begin(create, 1);
  ASSERT_TRUE(trio.finish(0, create, first).ok());
  const SessionId second = trio.begin(create, 2);
  EXPECT_FALSE(trio.begun[0].ok());
  // Late votes of the first session decide it, and the bytes never change.
  ASSERT_TRUE(trio.finish(1, create, first).ok());
  ASSERT_TRUE(trio.finish(2, create, first).ok());
  EXPECT_FALSE(trio.finish(1, create, second).ok());
  trio.deliver();
  expect_epoch("k", first);
}

TEST_F(Decisions, AnIdUsedAgainNeverGetsTheSharesOfTheFailedCommand) {
  // Command A (framed) fails at all nodes after node 2 had voted for its session; B imports raw.
  trio.give(create);
  const SessionId first = trio.begin(create, 1);
  ASSERT_TRUE(trio.finish(1, create, first).ok());
  trio.break_off(0, first);
  trio.break_off(2, first);
  const std::deque<Trio<>::Message> held_back = std::move(trio.wire);
  trio.wire.clear();
  EXPECT_FALSE(trio.sites[1].decisions->may_expire(create.id));  // its vote is open
  EXPECT_TRUE(trio.sites[0].decisions->may_expire(create.id));
  trio.meet();  // asked, the others say NO
  EXPECT_TRUE(trio.sites[1].decisions->may_expire(create.id));
  for (auto& site : trio.sites) {
    ASSERT_TRUE(site.store->commands().set_state(create.id, CommandState::failed, "").ok());
  }
  node::ImportKey body(key_id("k"));
  body.terms.store = "dev";
  body.terms.usage = node::KeyUsage{true, true};
  body.terms.framing = node::KeyFraming::raw;
  for (Bytes& box : body.payload.boxes) {
    box.assign(200, 1);
  }
  const Command import = trio.cluster.command(std::move(body));
  trio.give(import);
  const SessionId second = trio.begin(import, 2);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, import, second).ok());
  }
  trio.wire.insert(trio.wire.end(), held_back.begin(), held_back.end());
  trio.deliver();
  expect_epoch("k", second);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(trio.sites[i].registry->find(key_id("k"))->facts.framing, node::KeyFraming::raw);
  }
}

TEST_F(Decisions, NobodyVotesForACommandThatHasEnded) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  ASSERT_TRUE(trio.sites[0].store->commands().set_state(create.id, CommandState::failed, "").ok());
  EXPECT_EQ(trio.finish(0, create, sid).error().code(), Errc::wrong_state);
  EXPECT_TRUE(trio.sites[0].store->shares().of_session(sid)->empty());
}

TEST_F(Decisions, ANoThatWasSaidBeforeTheSessionBeganBindsIt) {
  // A corrupt node 1 has all nonces first: it asks node 2 about the sid before node 2 knows it.
  trio.give(create);
  const SessionId sid = epoch_of("any", 1).epoch;
  ASSERT_TRUE(trio.sites[1]
                  .decisions->hear_decision(mpc::PartyIndex::p1, trio.news(0, sid, {VoteForm::yes}))
                  .ok());
  ASSERT_EQ(trio.wire.size(), 1U);
  trio.begin(create, 1);
  EXPECT_FALSE(trio.begun[1].ok());
}

TEST_F(Decisions, ANodeThatSaysYesToOneAndNoToTheOtherSplitsNobody) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  ASSERT_TRUE(trio.finish(0, create, sid).ok());
  ASSERT_TRUE(trio.finish(1, create, sid).ok());
  trio.wire.clear();
  // Node 3 is corrupt: YES to node 1, NO to node 2.
  ASSERT_TRUE(trio.sites[1]
                  .decisions
                  ->hear_decision(mpc::PartyIndex::p3, trio.news(2, sid, {VoteForm::first_hand_no}))
                  .ok());
  ASSERT_TRUE(trio.sites[0]
                  .decisions->hear_decision(mpc::PartyIndex::p3, trio.news(2, sid, {VoteForm::yes}))
                  .ok());
  trio.cut_link(0, 2);
  trio.cut_link(1, 2);
  trio.meet();
  trio.meet();
  EXPECT_EQ(trio.epoch(0, "k"), trio.epoch(1, "k"));
  EXPECT_FALSE(trio.sites[1].voted_twice.empty());
  EXPECT_EQ(trio.sites[1].voted_twice.front(), mpc::PartyIndex::p3);
}

TEST_F(Decisions, ForgedVotesAreRefused) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  ASSERT_TRUE(trio.finish(0, create, sid).ok());
  node::DecisionNews forged =
      node::DecisionNews::decode(trio.news(1, sid, {VoteForm::yes})).value();
  forged.votes[0].node = mpc::PartyIndex::p3;
  EXPECT_EQ(
      trio.sites[0].decisions->hear_decision(mpc::PartyIndex::p2, forged.encode()).error().code(),
      Errc::not_authenticated);
}

TEST_F(Decisions, AVoteThatComesBackToADirectoryWithoutItRaisesAnAlarm) {
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, create, sid).ok());
  }
  trio.deliver();
  const SessionId other = epoch_of("any", 9).epoch;
  ASSERT_TRUE(
      trio.sites[0]
          .decisions
          ->hear_decision(
              mpc::PartyIndex::p2,
              [&] {
                node::DecisionNews news =
                    node::DecisionNews::decode(trio.news(0, other, {VoteForm::yes})).value();
                const auto of_2 =
                    node::DecisionNews::decode(trio.news(1, other, {VoteForm::yes})).value();
                news.votes.push_back(of_2.votes[0]);
                return news.encode();
              }())
          .ok());
  EXPECT_EQ(trio.sites[0].own_votes_unknown, 1U);
}

TEST_F(Decisions, ARotatedKeyIsAtAllNodesWhenBothPeersSaidSo) {
  trio.give(create);
  const SessionId first = trio.begin(create, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, create, first).ok());
  }
  trio.deliver();
  const Command rotate = trio.cluster.command(node::RotateKey(key_id("k"), KeyVersion(2)));
  trio.give(rotate);
  const SessionId second = trio.begin(rotate, 2);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(trio.finish(i, rotate, second).ok());
  }
  trio.cut_link(0, 2);
  trio.deliver();
  const auto settled = [&](std::size_t i) {
    return trio.sites[i].store->keys().find(key_id("k"))->newest().settled;
  };
  EXPECT_EQ(trio.epoch(1, "k", 2), second);
  EXPECT_EQ(trio.epoch(1, "k", 1), first);
  EXPECT_FALSE(settled(0));  // has not heard that node 3 has it
  trio.start(0);
  trio.cut_link(0, 2, false);
  trio.meet();
  trio.meet();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(settled(i)) << "node " << i + 1;
  }
}

/// More rotations than are asked about at once: each in its turn, though nobody answers.
TEST_F(Decisions, RotatedKeysAreAskedAboutInTurn) {
  node::NodeStore& store = *trio.sites[0].store;
  constexpr std::uint8_t kRotated = 80;
  for (std::uint8_t i = 0; i < kRotated; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const auto second = static_cast<std::uint8_t>(100 + i);
    ASSERT_TRUE(have_key(store, epoch_of(key, static_cast<std::uint8_t>(1 + i), 1), 100).ok());
    ASSERT_TRUE(have_key(store, epoch_of(key, second, 2), 100).ok());
    node::DecisionRecord record;
    record.name = node::DecisionName(
        node::DecisionKind::make, trio.cluster.members().number, epoch_of(key, second).epoch);
    record.outcome = node::Outcome::yes;
    record.keys.emplace_back(key_id(key), KeyVersion(2), CommandId({second}));
    ASSERT_TRUE(store.decisions().put(record).ok());
  }
  trio.start(0);
  std::set<SessionId> asked;
  for (int round = 0; round < 2; ++round) {
    trio.wire.clear();
    trio.sites[0].decisions->say_again();
    EXPECT_EQ(trio.wire.size(), 2 * node::kOpenDecisionsMax) << "a bounded number, to each peer";
    for (const auto& message : trio.wire) {
      asked.insert(node::DecisionNews::decode(message.said)->name.sid);
    }
  }
  EXPECT_EQ(asked.size(), kRotated);
}

}  // namespace
}  // namespace tercet::test
