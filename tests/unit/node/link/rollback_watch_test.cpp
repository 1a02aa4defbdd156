#include "node/link/rollback_watch.h"

#include <gtest/gtest.h>

#include "core/random/deterministic.h"

namespace tercet::node {
namespace {

/// Attack 6 of protocol.md 13: a process that is resumed from an older memory image.
class Attack6 : public ::testing::Test {
 protected:
  DeterministicRandom random_{as_bytes("rollback watch test")};
  RollbackWatch watch_;
  const Challenge none_{};
  const Challenge theirs_ = random_.array<16>();
};

TEST_F(Attack6, AFirstMeetingWithoutEchoIsFine) {
  watch_.issue(random_);
  EXPECT_EQ(watch_.see(0, none_, theirs_), WatchVerdict::fine);
  EXPECT_EQ(watch_.newest_of_peer(), theirs_);
}

TEST_F(Attack6, EchoesThatGoForwardAreFine) {
  const Challenge first = watch_.issue(random_);
  const Challenge second = watch_.issue(random_);
  EXPECT_EQ(watch_.see(1, first, theirs_), WatchVerdict::fine);
  EXPECT_EQ(watch_.see(1, first, theirs_), WatchVerdict::fine);
  EXPECT_EQ(watch_.see(2, second, theirs_), WatchVerdict::fine);
}

TEST_F(Attack6, ALowerSessionCountEndsTheGeneration) {
  const Challenge mine = watch_.issue(random_);
  ASSERT_EQ(watch_.see(7, mine, theirs_), WatchVerdict::fine);
  EXPECT_EQ(watch_.see(6, mine, theirs_), WatchVerdict::peer_rolled_back);
}

TEST_F(Attack6, AnOlderEchoEndsTheGeneration) {
  const Challenge first = watch_.issue(random_);
  const Challenge second = watch_.issue(random_);
  ASSERT_EQ(watch_.see(0, first, theirs_), WatchVerdict::fine);
  ASSERT_EQ(watch_.see(0, second, theirs_), WatchVerdict::fine);
  EXPECT_EQ(watch_.see(0, first, theirs_), WatchVerdict::peer_rolled_back);
}

TEST_F(Attack6, NoEchoAfterAnEchoEndsTheGeneration) {
  const Challenge mine = watch_.issue(random_);
  ASSERT_EQ(watch_.see(0, mine, theirs_), WatchVerdict::fine);
  EXPECT_EQ(watch_.see(0, none_, theirs_), WatchVerdict::peer_rolled_back);
}

TEST_F(Attack6, AResumedImageSeesThatItsPeerKnowsMoreThanIt) {
  const Challenge early = watch_.issue(random_);
  ASSERT_EQ(watch_.see(0, early, theirs_), WatchVerdict::fine);
  RollbackWatch image = watch_;
  const Challenge late = watch_.issue(random_);
  ASSERT_EQ(watch_.see(0, late, theirs_), WatchVerdict::fine);

  EXPECT_EQ(image.see(0, late, theirs_), WatchVerdict::self_rolled_back);
}

TEST_F(Attack6, AVerdictChangesNothing) {
  const Challenge mine = watch_.issue(random_);
  ASSERT_EQ(watch_.see(7, mine, theirs_), WatchVerdict::fine);
  ASSERT_EQ(watch_.see(6, mine, none_), WatchVerdict::peer_rolled_back);
  EXPECT_EQ(watch_.newest_of_peer(), theirs_);
}

TEST_F(Attack6, APeerMayLagBehindByManyChallenges) {
  const Challenge first = watch_.issue(random_);
  ASSERT_EQ(watch_.see(0, first, theirs_), WatchVerdict::fine);
  for (std::size_t i = 0; i < 3 * RollbackWatch::kChallengesKept; ++i) {
    watch_.issue(random_);
  }
  EXPECT_EQ(watch_.see(0, first, theirs_), WatchVerdict::fine);
}

/// Whoever may say HELLO at all can make a node offer challenges: they push out none that a peer
/// may still echo.
TEST_F(Attack6, OffersThatNobodyConfirmedPushOutNoOther) {
  const Challenge first = watch_.issue(random_);
  ASSERT_EQ(watch_.see(0, first, theirs_), WatchVerdict::fine);
  const Challenge taken = watch_.offer(random_);
  watch_.confirm(taken);
  const Challenge second = watch_.issue(random_);
  for (std::size_t i = 0; i < 3 * RollbackWatch::kChallengesKept; ++i) {
    watch_.offer(random_);
  }
  EXPECT_EQ(watch_.see(0, taken, theirs_), WatchVerdict::fine);
  EXPECT_EQ(watch_.see(0, second, theirs_), WatchVerdict::fine);
}

}  // namespace
}  // namespace tercet::node
