#include "mpc/onehot/stock.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

class Stock : public ::testing::Test {
 protected:
  EngineCluster cluster_{32};
  mpc::OneHotBatch batch_ = std::move(cluster_.batches(100)[0]);
};

TEST_F(Stock, WhatWasTakenIsBurnt) {
  ASSERT_TRUE(batch_.take(10, 5).ok());
  EXPECT_EQ(batch_.mark(), 15U);
  EXPECT_EQ(batch_.remaining(), 85U);
  EXPECT_EQ(batch_.take(10, 5).error().code(), Errc::already_burnt);
  EXPECT_EQ(batch_.take(14, 5).error().code(), Errc::already_burnt);
  EXPECT_EQ(batch_.take(0, 1).error().code(), Errc::already_burnt);
  EXPECT_TRUE(batch_.take(15, 85).ok());
  EXPECT_EQ(batch_.remaining(), 0U);
}

TEST_F(Stock, RangesEndInsideTheBatch) {
  EXPECT_EQ(batch_.take(0, 0).error().code(), Errc::invalid_argument);
  EXPECT_EQ(batch_.take(0, 101).error().code(), Errc::out_of_range);
  EXPECT_EQ(batch_.take(100, 1).error().code(), Errc::out_of_range);
  EXPECT_EQ(batch_.take(UINT32_MAX, 2).error().code(), Errc::out_of_range);
  EXPECT_EQ(batch_.mark(), 0U);
}

TEST_F(Stock, PartsOfARangeAreItsVectorsInOrder) {
  auto batches = cluster_.batches(20);
  auto again = EngineCluster(32);
  again.batches(100);
  auto same = again.batches(20);
  const mpc::VectorRange whole = same[0].take(0, 20).value();
  std::vector<mpc::VectorRange> parts =
      batches[0].take(0, 20).value().split(std::array<std::size_t, 3>{7, 1, 12});
  ASSERT_EQ(parts.size(), 3U);
  Bytes joined = own_of(parts[0].masks());
  for (const std::size_t i : {1U, 2U}) {
    const Bytes more = own_of(parts[i].masks());
    joined.insert(joined.end(), more.begin(), more.end());
  }
  EXPECT_EQ(joined, own_of(whole.masks()));
}

TEST_F(Stock, AUsedRangeIsEmpty) {
  mpc::VectorRange range = batch_.take(0, 8).value();
  const mpc::VectorUse use(std::move(range));
  EXPECT_EQ(use.bits().size(), 8 * mpc::kVectorBytes);
  EXPECT_EQ(range.count(), 0U);  // NOLINT(bugprone-use-after-move): that is the point
}

}  // namespace
}  // namespace tercet::test
