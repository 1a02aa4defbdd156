#include "node/generation/lease.h"

#include <gtest/gtest.h>

namespace tercet::node {
namespace {

constexpr std::uint32_t kVectors = 100;
constexpr std::uint32_t kUseful = 10;  ///< fewer left are of no use

class LeaseTest : public ::testing::Test {
 protected:
  BatchId add_batch(std::uint8_t name) {
    std::array<std::uint8_t, BatchId::kBytes> bytes{};
    bytes.fill(name);
    const BatchId id(bytes);
    lease_.add_batch(mpc::OneHotBatch(id,
                                      mpc::ParticipantSet::p123,
                                      kVectors,
                                      mpc::ByteShares(kVectors),
                                      mpc::ByteShares(kVectors * mpc::kVectorBytes)));
    return id;
  }

  Lease lease_{
      LeaseId(), "proxy-1", mpc::ParticipantSet::p123, Trio(), mpc::PairSecrets(), LeaseLimits()};
};

TEST_F(LeaseTest, GivesUpBatchesThatAreUsedUpOrDroppedOnce) {
  const BatchId used = add_batch(1);
  const BatchId dropped = add_batch(2);
  const BatchId kept = add_batch(3);
  ASSERT_TRUE(lease_.burn_vectors(used, kVectors - kUseful, 1).ok());
  ASSERT_TRUE(lease_.burn_vectors(kept, kVectors - kUseful - 1, 1).ok());
  lease_.drop_batch(dropped);

  EXPECT_EQ(lease_.take_spent_batches(kUseful).size(), 2U);

  EXPECT_EQ(lease_.batch_count(), 1U);
  EXPECT_TRUE(lease_.check_vectors(kept, kVectors - 1, 1).ok());
  EXPECT_EQ(lease_.check_vectors(used, kVectors - 1, 1).error().code(), Errc::already_burnt);
  EXPECT_EQ(lease_.take_spent_batches(kUseful).size(), 0U);
}

TEST_F(LeaseTest, ADroppedBatchServesNobodyEvenBeforeItIsTakenOut) {
  const BatchId dropped = add_batch(1);
  lease_.drop_batch(dropped);
  EXPECT_EQ(lease_.check_vectors(dropped, 0, 1).error().code(), Errc::already_burnt);
  EXPECT_EQ(lease_.burn_vectors(dropped, 0, 1).error().code(), Errc::already_burnt);
  EXPECT_EQ(lease_.vectors_left(), 0U);
}

}  // namespace
}  // namespace tercet::node
