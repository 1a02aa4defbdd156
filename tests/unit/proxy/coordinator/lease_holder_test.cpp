#include "proxy/coordinator/lease_holder.h"

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

using mpc::PartyIndex;

SessionId sid(std::uint8_t fill) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(fill);
  return SessionId(bytes);
}

const LeaseId kLease = sid(1);
const BatchId kBatch = sid(2);
const BatchId kOther = sid(3);
const SteadyTime kNow = SteadyTime(std::chrono::hours(1));

mpc::wire::BatchReady ready(const BatchId& batch, std::uint32_t vectors) {
  mpc::wire::BatchReady message;
  message.lease = kLease;
  message.batch = batch;
  message.vectors = vectors;
  return message;
}

void announce(LeaseHolder& holder, const BatchId& batch, std::uint32_t vectors) {
  for (const PartyIndex node : mpc::kAllParties) {
    holder.batch_ready(node, ready(batch, vectors), kNow);
  }
}

TEST(LeaseHolder, PlansNothingWithoutALease) {
  LeaseHolder holder;

  EXPECT_EQ(holder.plan(208).error().code(), Errc::closed);
  EXPECT_EQ(holder.plan_without_vectors().error().code(), Errc::closed);
}

TEST(LeaseHolder, UsesABatchOnlyWhenAllThreeNodesHaveIt) {
  LeaseHolder holder;
  holder.opened(kLease);
  holder.batch_ready(PartyIndex::p1, ready(kBatch, 65536), kNow);
  holder.batch_ready(PartyIndex::p2, ready(kBatch, 65536), kNow);
  EXPECT_EQ(holder.plan(416).error().code(), Errc::exhausted);

  holder.batch_ready(PartyIndex::p3, ready(kBatch, 65536), kNow);

  ASSERT_TRUE(holder.plan(416));
  EXPECT_EQ(holder.stock(), 65536U - 416U);
}

TEST(LeaseHolder, SaysWhichBatchesAreSpentOnce) {
  LeaseHolder holder;
  holder.opened(kLease);
  announce(holder, kBatch, 65536);
  announce(holder, kOther, 65536);
  ASSERT_TRUE(holder.plan(56'000));
  EXPECT_TRUE(holder.take_spent(kNow).empty());

  ASSERT_TRUE(holder.plan(65536 - 56'000 - 400));  // 400 left: less than any request

  EXPECT_EQ(holder.take_spent(kNow), std::vector<BatchId>{kBatch});
  EXPECT_TRUE(holder.take_spent(kNow).empty());
}

/// Requests of one size leave a rest of every batch that none of them fits into.
TEST(LeaseHolder, GivesUpRestsThatNothingFitsInto) {
  LeaseHolder holder;
  holder.opened(kLease);
  std::size_t spent = 0;
  for (std::uint8_t i = 10; i < 60; ++i) {
    announce(holder, sid(i), 65536);
    ASSERT_TRUE(holder.plan(40'000));
    spent += holder.take_spent(kNow).size();
  }
  EXPECT_GE(spent, 44U);
  EXPECT_LE(holder.stock(), 6U * 65536U);
}

TEST(LeaseHolder, CountsANodeThatAnnouncesTwiceOnce) {
  LeaseHolder holder;
  holder.opened(kLease);
  for (int i = 0; i < 3; ++i) {
    holder.batch_ready(PartyIndex::p1, ready(kBatch, 65536), kNow);
  }

  EXPECT_EQ(holder.stock(), 0U);
}

/// One node failed at the end of making it: elsewhere it would count as stock for good.
TEST(LeaseHolder, GivesUpABatchThatANodeNeverAnnounces) {
  LeaseHolder holder;
  holder.opened(kLease);
  holder.batch_ready(PartyIndex::p1, ready(kBatch, 65536), kNow);
  holder.batch_ready(PartyIndex::p3, ready(kBatch, 65536), kNow + std::chrono::seconds(1));
  announce(holder, kOther, 65536);

  EXPECT_TRUE(holder.take_spent(kNow + LeaseHolder::kAnnouncedAge).empty());
  const SteadyTime late = kNow + LeaseHolder::kAnnouncedAge + Milliseconds(1);
  EXPECT_EQ(holder.take_spent(late), std::vector<BatchId>{kBatch});

  EXPECT_TRUE(holder.take_spent(late).empty());
  EXPECT_EQ(holder.stock(), 65536U);
}

TEST(LeaseHolder, DoesNotCountAnAnnouncementOfAnotherSize) {
  LeaseHolder holder;
  holder.opened(kLease);
  holder.batch_ready(PartyIndex::p1, ready(kBatch, 65536), kNow);
  holder.batch_ready(PartyIndex::p2, ready(kBatch, 65536), kNow);
  holder.batch_ready(PartyIndex::p3, ready(kBatch, 65537), kNow);

  EXPECT_EQ(holder.stock(), 0U);
}

TEST(LeaseHolder, KeepsAnnouncementsThatCameBeforeTheLease) {
  LeaseHolder holder;
  announce(holder, kBatch, 65536);
  EXPECT_EQ(holder.stock(), 0U);

  holder.opened(kLease);

  EXPECT_EQ(holder.stock(), 65536U);
}

TEST(LeaseHolder, NeverHandsOutANumberTwice) {
  LeaseHolder holder;
  holder.opened(kLease);
  announce(holder, kBatch, 2000);

  const Result<SessionPlan> first = holder.plan(416);
  const Result<SessionPlan> second = holder.plan(624);
  const Result<SessionPlan> third = holder.plan_without_vectors();

  ASSERT_TRUE(first && second && third);
  EXPECT_LT(first->counter, second->counter);
  EXPECT_LT(second->counter, third->counter);
  EXPECT_EQ(first->vectors.first, 0U);
  EXPECT_EQ(second->vectors.first, 416U);
}

TEST(LeaseHolder, TakesTheFirstBatchThatHasEnough) {
  LeaseHolder holder;
  holder.opened(kLease);
  announce(holder, kBatch, 1000);
  announce(holder, kOther, 65536);

  const Result<SessionPlan> large = holder.plan(20000);
  const Result<SessionPlan> small = holder.plan(416);

  ASSERT_TRUE(large && small);
  EXPECT_EQ(large->vectors.batch, kOther);
  EXPECT_EQ(small->vectors.batch, kBatch);
}

TEST(LeaseHolder, FollowsTheMarksOfARefusal) {
  LeaseHolder holder;
  holder.opened(kLease);
  announce(holder, kBatch, 65536);
  const Result<SessionPlan> refused = holder.plan(416);
  ASSERT_TRUE(refused);

  holder.follow(*refused, 100, 5000);

  const Result<SessionPlan> next = holder.plan(416);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->counter, SessionCounter(100));
  EXPECT_EQ(next->vectors.first, 5000U);
}

TEST(LeaseHolder, NeverGoesBackToALowerMark) {
  LeaseHolder holder;
  holder.opened(kLease);
  announce(holder, kBatch, 65536);
  const Result<SessionPlan> refused = holder.plan(1000);
  ASSERT_TRUE(refused);

  holder.follow(*refused, 0, 3);

  const Result<SessionPlan> next = holder.plan(416);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->vectors.first, 1000U);
  EXPECT_GT(next->counter, refused->counter);
}

TEST(LeaseHolder, DropsABatchWhoseMarkIsBeyondItsEnd) {
  LeaseHolder holder;
  holder.opened(kLease);
  announce(holder, kBatch, 65536);
  const Result<SessionPlan> refused = holder.plan(416);
  ASSERT_TRUE(refused);

  holder.follow(*refused, 5, 0xffffffff);

  EXPECT_EQ(holder.stock(), 0U);
}

TEST(LeaseHolder, ForgetsEverythingWithTheLease) {
  LeaseHolder holder;
  holder.opened(kLease);
  announce(holder, kBatch, 65536);

  holder.ended(kLease);

  EXPECT_FALSE(holder.has_lease());
  EXPECT_EQ(holder.stock(), 0U);
  holder.opened(sid(9));
  EXPECT_EQ(holder.stock(), 0U);
}

TEST(LeaseHolder, IgnoresTheEndOfAnotherLease) {
  LeaseHolder holder;
  holder.opened(kLease);

  holder.ended(sid(9));

  EXPECT_TRUE(holder.has_lease());
}

TEST(LeaseHolder, RefusesAPlanThatNoBatchEverHolds) {
  LeaseHolder holder;
  holder.opened(kLease);

  EXPECT_EQ(holder.plan(208 * 272).error().code(), Errc::unsupported);
  EXPECT_EQ(holder.plan(208 * 271).error().code(), Errc::exhausted);
}

}  // namespace
}  // namespace tercet::proxy
