// The destruction of a deleted key, explored: each node's own clock, an undelete that races it, a
// corrupt node, a strike; and the trace that each rule stops (docs/key-lifecycle.md).

#include "tests/property/node/destroy_world.h"
#include "tests/property/node/exploration.h"

namespace tercet::test {
namespace {

using node::FullLifeRules;

const std::string kApart = "destroyed at one node, kept for good at another";

WorldSetting corrupt_destroyer() {
  WorldSetting setting;
  setting.corrupt_p3 = true;
  return setting;
}

template <class Rules = FullLifeRules>
DestroyWorld<Rules> destroy(const WorldSetting& setting) {
  return DestroyWorld<Rules>(setting);
}

TEST(DestroyDecision, EndsTheSameAtThreeHonestNodes) {
  WorldSetting setting;
  setting.restarts = 1;
  setting.single_votes = true;
  expect_holds(destroy(setting));
}

TEST(DestroyDecision, IsSafeWithACorruptNode) {
  expect_holds(destroy(corrupt_destroyer()));
}

TEST(DestroyDecision, IsSettledAfterAStrike) {
  WorldSetting setting;
  setting.strike_p3 = true;
  expect_holds(destroy(setting));
  setting.corrupt_p3 = true;
  expect_holds(destroy(setting));
}

struct DestroyedByOneClock : FullLifeRules {
  static constexpr bool destruction_is_voted = false;
};

TEST(DestroyDecision, WithoutVotesOneClockDestroysWhatAnotherNodeKeeps) {
  expect_found(destroy<DestroyedByOneClock>(WorldSetting()), kApart);
}

struct DestroyWithoutNoFollowsNo : FullLifeRules {
  static constexpr bool no_follows_no = false;
};

TEST(DestroyDecision, WithoutNoFollowsNoThreeHonestNodesAreStuck) {
  expect_found(destroy<DestroyWithoutNoFollowsNo>(WorldSetting()), kStuck);
}

struct DestroyWithoutNoBinds : FullLifeRules {
  static constexpr bool no_binds = false;
};

TEST(DestroyDecision, WithoutNoBindsTheNodesAreApart) {
  expect_found(destroy<DestroyWithoutNoBinds>(corrupt_destroyer()), kApart);
}

struct DestroyWithoutFinishedAnswer : FullLifeRules {
  static constexpr bool finished_answer = false;
};

TEST(DestroyDecision, WithoutTheFinishedAnswerTheLastOfThreeNeverLearns) {
  expect_found(destroy<DestroyWithoutFinishedAnswer>(WorldSetting()), kStuck);
}

}  // namespace
}  // namespace tercet::test
