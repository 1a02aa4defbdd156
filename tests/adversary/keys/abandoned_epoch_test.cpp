// Attack 16 of docs/protocol.md 13: an abandoned epoch activated later, the id of a failed command
// used again. A message plays the attacker: it is kept back and comes when it hurts. Each attack
// fails under all rules, and succeeds where one is taken out.

#include <gtest/gtest.h>

#include "tests/unit/node/keymaking/trio.h"

namespace tercet::test {
namespace {

using node::Command;
using node::VoteForm;

struct TwoOpenVotes : node::FullLifeRules {
  static constexpr bool one_open_vote = false;
};

struct OneNoDrops : node::FullLifeRules {
  static constexpr bool three_no_to_drop = false;
};

struct ExpiryOverVotes : node::FullLifeRules {
  static constexpr bool no_expiry_over_open_vote = false;
};

/// All three nodes vote in a session of one command; the votes are kept back. A second session of
/// the same command is voted on, too, and its votes reach nodes 1 and 2, those of the first node 3.
template <class Rules>
std::array<std::optional<EpochId>, 3> abandon_and_make_again() {
  Trio<Rules> trio;
  const Command create = trio.cluster.create("k");
  trio.give(create);
  const auto vote = [&](std::uint8_t number) {
    const SessionId sid = trio.begin(create, number);
    for (std::size_t i = 0; i < 3; ++i) {
      static_cast<void>(trio.finish(i, create, sid));  // a node that may not vote ends the session
    }
    return std::exchange(trio.wire, {});
  };
  const auto first = vote(1);
  const auto second = vote(2);
  for (const auto& message : first) {
    if (message.to == 2) {
      trio.wire.push_back(message);
    }
  }
  for (const auto& message : second) {
    if (message.to != 2) {
      trio.wire.push_back(message);
    }
  }
  // What follows from them is kept back as well.
  for (const auto& message : std::exchange(trio.wire, {})) {
    static_cast<void>(
        trio.sites[message.to].decisions->hear_decision(trio.party(message.from), message.said));
  }
  return {trio.epoch(0, "k"), trio.epoch(1, "k"), trio.epoch(2, "k")};
}

TEST(AbandonedEpoch, NeverServesBesideItsSuccessor) {
  const auto epochs = abandon_and_make_again<node::FullLifeRules>();
  EXPECT_EQ(epochs[0], std::nullopt);  // the votes that node 1 got are of a session nobody ended
  EXPECT_EQ(epochs[1], std::nullopt);
  EXPECT_EQ(epochs[2], epoch_of("any", 1).epoch);
}

TEST(AbandonedEpoch, SplitsTheNodesWhereTwoVotesOnAKeyMayBeOpen) {
  const auto epochs = abandon_and_make_again<TwoOpenVotes>();
  EXPECT_EQ(epochs[0], epoch_of("any", 2).epoch);
  EXPECT_EQ(epochs[1], epoch_of("any", 2).epoch);
  EXPECT_EQ(epochs[2], epoch_of("any", 1).epoch);
}

/// Node 3 is corrupt: after nodes 1 and 2 have voted YES it says NO to node 1 alone and YES to node
/// 2 alone, and keeps what follows from each other for a while. Do both end with the key's shares?
template <class Rules>
std::pair<bool, bool> say_no_to_one_and_yes_to_the_other() {
  Trio<Rules> trio;
  const Command create = trio.cluster.create("k");
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  trio.cut_link(0, 2);
  trio.cut_link(1, 2);
  EXPECT_TRUE(trio.finish(0, create, sid).ok());
  EXPECT_TRUE(trio.finish(1, create, sid).ok());
  trio.deliver();
  const auto say = [&](std::size_t to, VoteForm form) {
    static_cast<void>(trio.sites[to].decisions->hear_decision(
        mpc::PartyIndex::p3, trio.news(2, sid, {form}, node::Stand::open, false)));
  };
  say(0, VoteForm::first_hand_no);
  trio.wire.clear();
  say(1, VoteForm::yes);
  trio.meet();
  trio.meet();
  const auto serves = [&](std::size_t i) { return trio.epoch(i, "k") == sid; };
  return {serves(0), serves(1)};
}

TEST(CorruptVotes, LeaveNoNodeAloneWithAKey) {
  const auto [first, second] = say_no_to_one_and_yes_to_the_other<node::FullLifeRules>();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
}

TEST(CorruptVotes, LeaveOneAloneWhereASingleNoDrops) {
  const auto [first, second] = say_no_to_one_and_yes_to_the_other<OneNoDrops>();
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
}

/// Only node 2 voted for command A; may A fail there, so that its id is free?
template <class Rules>
bool may_fail_over_its_vote() {
  Trio<Rules> trio;
  const Command create = trio.cluster.create("k");
  trio.give(create);
  const SessionId sid = trio.begin(create, 1);
  EXPECT_TRUE(trio.finish(1, create, sid).ok());
  return trio.sites[1].decisions->may_expire(create.id);
}

TEST(FailedCommands, LeaveTheirIdAloneWhileAVoteIsOpen) {
  EXPECT_FALSE(may_fail_over_its_vote<node::FullLifeRules>());
  EXPECT_TRUE(may_fail_over_its_vote<ExpiryOverVotes>());
}

}  // namespace
}  // namespace tercet::test
