#include <gtest/gtest.h>

#include "tests/unit/node/decision/book_fixture.h"

namespace tercet::node {
namespace {

constexpr mpc::PartyIndex kP1 = mpc::PartyIndex::p1;
constexpr mpc::PartyIndex kP2 = mpc::PartyIndex::p2;
constexpr mpc::PartyIndex kP3 = mpc::PartyIndex::p3;

class DecisionBookTest : public ::testing::Test {
 protected:
  DecisionName begun(DecisionKind kind = DecisionKind::make) {
    const DecisionName name = nodes_.new_name(kind);
    nodes_.begin_at_all(name,
                        kind == DecisionKind::refresh ? std::vector<DecidedKey>()
                                                      : std::vector<DecidedKey>{nodes_.some_key()});
    return name;
  }

  /// P3 is corrupt: a vote of its own, whatever its book would do.
  DecisionNews news_of_p3(const DecisionName& name, std::vector<VoteForm> forms) {
    DecisionNews news;
    news.name = name;
    news.stand = Stand::open;
    for (const VoteForm form : forms) {
      news.votes.push_back(
          sign_vote(nodes_.key(kP3), nodes_.electorate().cluster, name, kP3, form));
    }
    return news;
  }

  ThreeBooks<> nodes_;
};

TEST_F(DecisionBookTest, ThreeYesMakeItCurrentEverywhere) {
  const DecisionName name = begun();
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    ASSERT_TRUE(nodes_.vote(node, name).ok());
  }
  EXPECT_FALSE(nodes_.store(kP1).is_current(name.sid));
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.current_at_all(name));
  ASSERT_EQ(nodes_.ended.size(), 3U);
  EXPECT_EQ(nodes_.ended[0].outcome, Outcome::yes);
  EXPECT_TRUE(nodes_.double_voters.empty());
}

TEST_F(DecisionBookTest, ABreakBeforeTheLastVoteDropsItEverywhere) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  ASSERT_TRUE(nodes_.vote(kP2, name).ok());
  nodes_.break_off(kP3, name);
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.dropped_at_all(name));
  EXPECT_TRUE(nodes_.double_voters.empty());
}

TEST_F(DecisionBookTest, WhatIsOpenIsAskedForUntilItEnds) {
  const DecisionName name = begun();
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    ASSERT_TRUE(nodes_.vote(node, name).ok());
    nodes_.lose_all();
  }
  EXPECT_EQ(nodes_.book(kP1).report().at(0).waits_for, NodeSet::of(kP2) | NodeSet::of(kP3));
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.current_at_all(name));
}

TEST_F(DecisionBookTest, TheLastOfThreeLearnsFromTheCertificate) {
  const DecisionName name = begun();
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    ASSERT_TRUE(nodes_.vote(node, name).ok());
    nodes_.lose_to(kP3);
  }
  while (!nodes_.store(kP1).is_current(name.sid) || !nodes_.store(kP2).is_current(name.sid)) {
    ASSERT_TRUE(nodes_.say(kP3, kP1, nodes_.book(kP3).open_news().at(0)).ok());
    nodes_.lose_to(kP3);
    nodes_.deliver_all();
    nodes_.lose_all();
  }
  nodes_.restart(kP1);
  nodes_.restart(kP2);
  nodes_.restart(kP3);
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.current_at_all(name));
}

TEST_F(DecisionBookTest, ARestartWithoutAVoteIsANo) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  ASSERT_TRUE(nodes_.vote(kP2, name).ok());
  nodes_.restart(kP3);
  EXPECT_TRUE(nodes_.book(kP3).report().empty());
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.dropped_at_all(name));
}

TEST_F(DecisionBookTest, ARestartKeepsTheVote) {
  const DecisionName name = begun();
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    ASSERT_TRUE(nodes_.vote(node, name).ok());
  }
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    nodes_.restart(node);
    EXPECT_TRUE(nodes_.store(node).has_set(name.sid));
  }
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.current_at_all(name));
}

TEST_F(DecisionBookTest, OneVoteIsOpenForAKey) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  const KeyId key = nodes_.some_key().key;
  const KeyId other = nodes_.some_key("key-2").key;
  const std::vector<KeyId> both = {other, key};
  EXPECT_EQ(nodes_.book(kP1).may_begin(DecisionKind::make, both).error().code(), Errc::wrong_state);
  EXPECT_TRUE(nodes_.book(kP1).may_begin(DecisionKind::make, std::span(&other, 1)).ok());
  EXPECT_EQ(nodes_.book(kP1).may_begin(DecisionKind::refresh, {}).error().code(),
            Errc::wrong_state);
}

TEST_F(DecisionBookTest, NoMoreThanSixtyFourAreBegun) {
  for (std::size_t i = 0; i < kOpenDecisionsMax; ++i) {
    const DecidedKey key = nodes_.some_key("key-" + std::to_string(i));
    ASSERT_TRUE(nodes_.book(kP1).begin(nodes_.new_name(), {key}, nodes_.now).ok());
  }
  const KeyId more = nodes_.some_key("more").key;
  EXPECT_EQ(nodes_.book(kP1).may_begin(DecisionKind::make, std::span(&more, 1)).error().code(),
            Errc::overloaded);
}

TEST_F(DecisionBookTest, ACommandIsNotGivenUpOverAnOpenVote) {
  const DecisionName name = begun();
  EXPECT_FALSE(nodes_.book(kP1).may_expire(CommandId()));
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  EXPECT_FALSE(nodes_.book(kP1).may_expire(CommandId()));
  nodes_.break_off(kP2, name);
  nodes_.break_off(kP3, name);
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.book(kP1).may_expire(CommandId()));
}

TEST_F(DecisionBookTest, AVoteThatIsNotDurableWasNotCast) {
  const DecisionName name = begun();
  nodes_.store(kP1).fail_next();
  EXPECT_EQ(nodes_.vote(kP1, name).error().code(), Errc::storage_error);
  EXPECT_TRUE(nodes_.book(kP1).report().at(0).running);
  EXPECT_TRUE(nodes_.book(kP1).open_news().empty());
  EXPECT_FALSE(nodes_.store(kP1).has_set(name.sid));
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
}

TEST_F(DecisionBookTest, VotesThatNobodySignedAreRefused) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  DecisionNews news = news_of_p3(name, {VoteForm::yes});
  news.votes[0].node = kP2;
  EXPECT_EQ(nodes_.say(kP3, kP1, news).error().code(), Errc::not_authenticated);
  news = news_of_p3(nodes_.new_name(), {VoteForm::yes});
  news.name = name;
  EXPECT_EQ(nodes_.say(kP3, kP1, news).error().code(), Errc::not_authenticated);
}

TEST_F(DecisionBookTest, VotesOfAnotherMembershipCountForNothing) {
  DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  DecisionName older = name;
  older.membership = MembershipNumber(0);
  EXPECT_EQ(nodes_.say(kP3, kP1, news_of_p3(older, {VoteForm::yes})).error().code(),
            Errc::wrong_state);
  DecisionNews moved = news_of_p3(older, {VoteForm::yes});
  moved.name = name;
  EXPECT_EQ(nodes_.say(kP3, kP1, moved).error().code(), Errc::not_authenticated);
}

TEST_F(DecisionBookTest, AskedWithoutAVoteOfTheAskerNothingIsSigned) {
  DecisionNews news;
  news.name = nodes_.new_name();
  news.wants_answer = true;
  EXPECT_EQ(nodes_.say(kP3, kP1, news).error().code(), Errc::peer_malformed);
}

// A corrupt P3 knows the sid as soon as it has all nonces. If P1 said NO to it and then ran the
// session, P1 would vote YES too, and P3 could show that P1 votes both.
TEST_F(DecisionBookTest, ASessionThatWasRefusedIsNotBegun) {
  const DecisionName name = nodes_.new_name();
  DecisionNews news = news_of_p3(name, {VoteForm::yes});
  news.wants_answer = true;
  ASSERT_TRUE(nodes_.say(kP3, kP1, news).ok());
  EXPECT_EQ(nodes_.book(kP1).begin(name, {nodes_.some_key()}, nodes_.now).error().code(),
            Errc::already_exists);
}

TEST_F(DecisionBookTest, RefusalsAreNotForgottenToMakeRoom) {
  const DecisionName name = nodes_.new_name();
  DecisionNews first = news_of_p3(name, {VoteForm::yes});
  first.wants_answer = true;
  ASSERT_TRUE(nodes_.say(kP3, kP1, first).ok());
  for (std::size_t i = 0; i < RefusedSids::kMaxEach; ++i) {
    DecisionNews more = news_of_p3(nodes_.new_name(), {VoteForm::yes});
    more.wants_answer = true;
    ASSERT_TRUE(nodes_.say(kP3, kP1, more).ok());
    nodes_.lose_all();
  }
  EXPECT_FALSE(nodes_.book(kP1).begin(name, {nodes_.some_key()}, nodes_.now).ok());
}

// Else P2's status would name the honest P1, which does not answer.
TEST_F(DecisionBookTest, ACorruptNodesQuestionsTakeNoRoomFromAnHonestOne) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP2, name).ok());
  nodes_.break_off(kP1, name);
  nodes_.lose_all();
  nodes_.restart(kP1);  // nothing of it is left here
  for (std::size_t i = 0; i < 2 * RefusedSids::kMaxEach; ++i) {
    DecisionNews more = news_of_p3(nodes_.new_name(), {VoteForm::yes});
    more.wants_answer = true;
    ASSERT_TRUE(nodes_.say(kP3, kP1, more).ok());
    nodes_.lose_all();
  }
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.book(kP2).report().at(0).ending_no);
}

TEST_F(DecisionBookTest, ADoubleVoteOnAnEndedDecisionIsReportedOnce) {
  const DecisionName name = begun();
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    ASSERT_TRUE(nodes_.vote(node, name).ok());
  }
  nodes_.deliver_all();
  ASSERT_TRUE(nodes_.store(kP1).is_current(name.sid));
  const DecisionNews other_word = news_of_p3(name, {VoteForm::first_hand_no});
  const auto reported = [&] {
    Result<DecisionStep> step = nodes_.book(kP1).hear(kP3, other_word, SteadyTime{});
    EXPECT_TRUE(step.ok());
    return step ? step->double_voters : NodeSet();
  };
  EXPECT_EQ(reported(), NodeSet::of(kP3));
  EXPECT_EQ(reported(), NodeSet());
  nodes_.restart(kP1);
  EXPECT_EQ(reported(), NodeSet());
}

TEST_F(DecisionBookTest, AProvenDoubleVoteFreesWhoFollowedIt) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  ASSERT_TRUE(nodes_.vote(kP2, name).ok());
  nodes_.lose_all();
  // P2 is told NO and follows; P1 is told YES and makes it current.
  ASSERT_TRUE(nodes_.say(kP3, kP2, news_of_p3(name, {VoteForm::first_hand_no})).ok());
  nodes_.lose_all();
  EXPECT_TRUE(nodes_.book(kP2).report().at(0).ending_no);
  DecisionNews to_p1 = news_of_p3(name, {VoteForm::yes});
  to_p1.votes.push_back(
      sign_vote(nodes_.key(kP2), nodes_.electorate().cluster, name, kP2, VoteForm::yes));
  ASSERT_TRUE(nodes_.say(kP3, kP1, to_p1).ok());
  ASSERT_TRUE(nodes_.store(kP1).is_current(name.sid));
  EXPECT_FALSE(nodes_.store(kP2).is_current(name.sid));
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.store(kP2).is_current(name.sid));
  EXPECT_EQ(nodes_.double_voters, NodeSet::of(kP3));
}

TEST_F(DecisionBookTest, ANoThatComesBackRaisesNoAlarm) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP2, name).ok());
  nodes_.break_off(kP1, name);  // its NO is told, not kept
  nodes_.deliver_all();
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.rolled_back.empty());
}

TEST_F(DecisionBookTest, ANodeThatForgotItsVoteIsTold) {
  const DecisionName name = begun();
  ASSERT_TRUE(nodes_.vote(kP1, name).ok());
  nodes_.deliver_all();
  ASSERT_TRUE(nodes_.vote(kP2, name).ok());
  nodes_.store(kP1) = MemoryDecisions();  // an empty directory
  nodes_.restart(kP1);
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_EQ(nodes_.rolled_back, NodeSet::of(kP1));
}

TEST_F(DecisionBookTest, ARefreshIsOpenUntilThreeDone) {
  const DecisionName name = begun(DecisionKind::refresh);
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    ASSERT_TRUE(nodes_.vote(node, name).ok());
    nodes_.lose_to(kP3);
  }
  ASSERT_TRUE(nodes_.say(kP1, kP2, nodes_.book(kP1).open_news().at(0)).ok());
  nodes_.deliver_all();
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_TRUE(nodes_.current_at_all(name));
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    EXPECT_TRUE(nodes_.store(node).old_destroyed(name.sid));
  }
}

TEST_F(DecisionBookTest, AnEndedDecisionCostsFewMessages) {
  const DecisionName name = begun();
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    ASSERT_TRUE(nodes_.vote(node, name).ok());
    nodes_.deliver_all();
  }
  EXPECT_TRUE(nodes_.current_at_all(name));
  EXPECT_LE(nodes_.delivered(), 24U);
  nodes_.ask_all();
  nodes_.deliver_all();
  EXPECT_LE(nodes_.delivered(), 24U);
}

}  // namespace
}  // namespace tercet::node
