// Making a key version, explored: every order, loss and delay of messages, breaks, restarts, a
// corrupt node, a strike; and the trace that each rule stops (docs/key-lifecycle.md). The worlds
// are small enough for every run of the tests; DISABLED_Deep ones take minutes and gigabytes:
//   property_node --gtest_also_run_disabled_tests --gtest_filter='*Deep*'

#include "tests/property/node/exploration.h"
#include "tests/property/node/make_world.h"

namespace tercet::test {
namespace {

using node::FullLifeRules;

const std::string kLost = "current at one node, no shares of it at another";
const std::string kChanged = "two nodes made different sessions current";
const std::string kFailedThenDone = "a command was failed and then done at a node";
const std::string kMixed = "shares of one command with the facts of another";

WorldSetting one_session() {
  return WorldSetting();
}

WorldSetting two_sessions() {
  WorldSetting setting;
  setting.sessions = 2;
  return setting;
}

WorldSetting corrupt() {
  WorldSetting setting = one_session();
  setting.corrupt_p3 = true;
  return setting;
}

template <class Rules = FullLifeRules>
MakeWorld<Rules> world(const WorldSetting& setting) {
  return MakeWorld<Rules>(setting);
}

TEST(MakeDecision, EndsTheSameAtThreeHonestNodes) {
  expect_holds(world(two_sessions()));
}

TEST(MakeDecision, EndsTheSameIfVotesComeSingly) {
  WorldSetting setting = two_sessions();
  setting.single_votes = true;
  expect_holds(world(setting));
}

TEST(MakeDecision, EndsTheSameAfterARestart) {
  WorldSetting setting = two_sessions();
  setting.restarts = 1;
  expect_holds(world(setting));
}

TEST(MakeDecision, EndsTheSameForTwoCommandsOfOneId) {
  WorldSetting setting = one_session();
  setting.commands = 2;
  expect_holds(world(setting));
}

TEST(MakeDecision, IsSafeWithACorruptNode) {
  WorldSetting setting = corrupt();
  setting.restarts = 1;
  expect_holds(world(setting));
}

TEST(MakeDecision, IsSafeWithACorruptNodeThatJoinsOrNot) {
  WorldSetting setting = corrupt();
  setting.join_singly = true;
  expect_holds(world(setting));
}

TEST(MakeDecision, IsSettledAfterTheStrikeOfALostNode) {
  WorldSetting setting = one_session();
  setting.strike_p3 = true;
  expect_holds(world(setting));
}

TEST(MakeDecision, IsSettledAfterTheStrikeOfACorruptNode) {
  WorldSetting setting = corrupt();
  setting.strike_p3 = true;
  expect_holds(world(setting));
}

struct WithoutOneOpenVote : FullLifeRules {
  static constexpr bool one_open_vote = false;
};

TEST(MakeDecision, WithoutOneOpenVoteTwoSessionsBecomeCurrent) {
  expect_found(world<WithoutOneOpenVote>(two_sessions()), kChanged);
}

struct WithoutNoFollowsNo : FullLifeRules {
  static constexpr bool no_follows_no = false;
};

TEST(MakeDecision, WithoutNoFollowsNoThreeHonestNodesAreStuck) {
  expect_found(world<WithoutNoFollowsNo>(one_session()), kStuck);
}

struct WithoutNoBinds : FullLifeRules {
  static constexpr bool no_binds = false;
};

TEST(MakeDecision, WithoutNoBindsOneNodeAloneHasTheKey) {
  expect_found(world<WithoutNoBinds>(corrupt()), kLost);
}

struct WithoutThreeNo : FullLifeRules {
  static constexpr bool three_no_to_drop = false;
};

TEST(MakeDecision, WithoutThreeNoToDropOneNodeAloneHasTheKey) {
  expect_found(world<WithoutThreeNo>(corrupt()), kLost);
}

struct WithoutDoubleVoteFrees : FullLifeRules {
  static constexpr bool double_vote_frees = false;
};

TEST(MakeDecision, AProvenDoubleVoteFreesTheNodeThatFollowedIt) {
  WorldSetting setting = corrupt();
  setting.double_vote_only = true;
  expect_holds(world(setting));
  expect_found(world<WithoutDoubleVoteFrees>(setting), kStuck);
}

struct WithoutFinishedAnswer : FullLifeRules {
  static constexpr bool finished_answer = false;
};

TEST(MakeDecision, WithoutTheFinishedAnswerTheLastOfThreeNeverLearns) {
  expect_found(world<WithoutFinishedAnswer>(one_session()), kStuck);
}

struct WithoutNoExpiry : FullLifeRules {
  static constexpr bool no_expiry_over_open_vote = false;
};

TEST(MakeDecision, WithoutNoExpiryOverAnOpenVoteACommandFailsAndIsDone) {
  expect_found(world<WithoutNoExpiry>(one_session()), kFailedThenDone);
}

struct WithoutNoExpiryAndFacts : WithoutNoExpiry {
  static constexpr bool facts_with_session = false;
};

TEST(MakeDecision, WithoutFactsAndNoExpirySharesGetTheFactsOfAnotherCommand) {
  WorldSetting setting = one_session();
  setting.commands = 2;
  setting.facts_only = true;
  expect_found(world<WithoutNoExpiryAndFacts>(setting), kMixed);
}

struct WithoutFacts : FullLifeRules {
  static constexpr bool facts_with_session = false;
};

TEST(MakeDecision, FactsWithTheSessionAreRedundantBesideNoExpiry) {
  WorldSetting setting = one_session();
  setting.commands = 2;
  expect_holds(world<WithoutFacts>(setting));
}

struct WithoutState : FullLifeRules {
  static constexpr bool settle_by_state = false;
};

TEST(MakeDecision, WithoutStateTheKeyIsLostWithTheStruckNode) {
  WorldSetting setting = one_session();
  setting.strike_p3 = true;
  expect_found(world<WithoutState>(setting), kLost);
}

struct WithoutVoteLast : FullLifeRules {
  static constexpr bool vote_last = false;
};

TEST(MakeDecision, WithoutVoteLastAFailedKeyCheckLeavesThreeVotesThatEndNowhere) {
  WorldSetting setting = one_session();
  setting.check_apart = true;
  expect_holds(world(setting));
  expect_found(world<WithoutVoteLast>(setting), kStuck);
}

TEST(MakeDecision, DISABLED_DeepTwoCommandsTwoSessions) {
  WorldSetting setting = two_sessions();
  setting.commands = 2;
  expect_holds(world(setting));
  expect_holds(world<WithoutFacts>(setting));
}

TEST(MakeDecision, DISABLED_DeepNodesJoinSingly) {
  WorldSetting setting = two_sessions();
  setting.join_singly = true;
  expect_holds(world(setting));
}

TEST(MakeDecision, DISABLED_DeepCorruptNodeTwoSessions) {
  WorldSetting setting = corrupt();
  setting.sessions = 2;
  expect_holds(world(setting));
}

TEST(MakeDecision, DISABLED_DeepStrikeTwoSessions) {
  WorldSetting setting = two_sessions();
  setting.strike_p3 = true;
  expect_holds(world(setting));
  setting.corrupt_p3 = true;
  expect_holds(world(setting));
}

}  // namespace
}  // namespace tercet::test
