// A refresh, explored: every order, loss and delay of messages, breaks, restarts, a corrupt node, a
// strike; and the trace that each rule stops (docs/key-lifecycle.md).

#include "tests/property/node/exploration.h"
#include "tests/property/node/refresh_world.h"

namespace tercet::test {
namespace {

using node::FullLifeRules;

const std::string kNoneServed = "no epoch is served by all";
const std::string kNoneCommon = "two nodes hold no common epoch";

WorldSetting honest_refresh(std::size_t sessions) {
  WorldSetting setting;
  setting.sessions = sessions;
  return setting;
}

WorldSetting corrupt_refresh() {
  WorldSetting setting = honest_refresh(1);
  setting.corrupt_p3 = true;
  return setting;
}

WorldSetting struck_refresh() {
  WorldSetting setting = honest_refresh(1);
  setting.strike_p3 = true;
  return setting;
}

template <class Rules = FullLifeRules>
RefreshWorld<Rules> refresh(const WorldSetting& setting) {
  return RefreshWorld<Rules>(setting);
}

TEST(RefreshDecision, EndsTheSameAtThreeHonestNodes) {
  expect_holds(refresh(honest_refresh(2)));
}

TEST(RefreshDecision, EndsTheSameAfterARestartAndIfVotesComeSingly) {
  WorldSetting setting = honest_refresh(1);
  setting.restarts = 1;
  setting.single_votes = true;
  expect_holds(refresh(setting));
}

TEST(RefreshDecision, IsSafeWithACorruptNode) {
  expect_holds(refresh(corrupt_refresh()));
}

TEST(RefreshDecision, IsSettledAfterTheStrikeOfALostNode) {
  expect_holds(refresh(struck_refresh()));
}

TEST(RefreshDecision, IsSettledAfterTheStrikeOfACorruptNode) {
  WorldSetting setting = corrupt_refresh();
  setting.strike_p3 = true;
  expect_holds(refresh(setting));
}

struct RefreshWithoutOneOpenVote : FullLifeRules {
  static constexpr bool one_open_vote = false;
};

TEST(RefreshDecision, WithoutOneOpenVoteNoEpochIsServedByAll) {
  expect_found(refresh<RefreshWithoutOneOpenVote>(honest_refresh(2)), kNoneServed);
}

struct RefreshWithoutNoFollowsNo : FullLifeRules {
  static constexpr bool no_follows_no = false;
};

TEST(RefreshDecision, WithoutNoFollowsNoThreeHonestNodesAreStuck) {
  expect_found(refresh<RefreshWithoutNoFollowsNo>(honest_refresh(1)), kStuck);
}

struct RefreshWithoutThreeDone : FullLifeRules {
  static constexpr bool three_done = false;
};

TEST(RefreshDecision, WithoutThreeDoneNoEpochIsServedByAll) {
  expect_found(refresh<RefreshWithoutThreeDone>(honest_refresh(1)), kNoneServed);
}

struct RefreshWithoutThreeDoneAndThreeNo : RefreshWithoutThreeDone {
  static constexpr bool three_no_to_drop = false;
};

struct RefreshWithoutThreeDoneAndNoBinds : RefreshWithoutThreeDone {
  static constexpr bool no_binds = false;
};

TEST(RefreshDecision, WithoutThreeDoneAndAnotherRuleTheKeyIsLost) {
  WorldSetting setting = corrupt_refresh();
  setting.held_only = true;
  expect_found(refresh<RefreshWithoutThreeDoneAndThreeNo>(setting), kNoneCommon);
  expect_found(refresh<RefreshWithoutThreeDoneAndNoBinds>(setting), kNoneCommon);
}

struct RefreshWithoutFinishedAnswer : FullLifeRules {
  static constexpr bool finished_answer = false;
};

TEST(RefreshDecision, WithoutTheFinishedAnswerTheLastOfThreeNeverLearns) {
  expect_found(refresh<RefreshWithoutFinishedAnswer>(honest_refresh(1)), kStuck);
}

struct RefreshWithoutState : FullLifeRules {
  static constexpr bool settle_by_state = false;
};

TEST(RefreshDecision, WithoutStateTheTwoThatRemainAreStuck) {
  expect_found(refresh<RefreshWithoutState>(struck_refresh()), kStuck);
}

struct RefreshWithLateCertificates : FullLifeRules {
  static constexpr bool no_late_certificate = false;
};

TEST(RefreshDecision, WithLateCertificatesTheTwoThatRemainAreStuck) {
  WorldSetting setting = corrupt_refresh();
  setting.strike_p3 = true;
  expect_found(refresh<RefreshWithLateCertificates>(setting), kStuck);
}

struct RefreshWithVotesOfAnyMembership : FullLifeRules {
  static constexpr bool votes_bound_to_membership = false;
};

// P3 is a newcomer; the node that it replaced still holds its old key.
TEST(RefreshDecision, WithVotesOfAnOldMembershipTheNewcomerIsLeftBehind) {
  WorldSetting setting = honest_refresh(1);
  setting.old_p3_talks = true;
  expect_holds(refresh(setting));
  expect_found(refresh<RefreshWithVotesOfAnyMembership>(setting), kStuck);
}

}  // namespace
}  // namespace tercet::test
