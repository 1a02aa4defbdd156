#include "core/time/rate_cap.h"

#include <gtest/gtest.h>

namespace tercet {
namespace {

const SteadyTime kStart = SteadyTime() + std::chrono::hours(1);

TEST(RateCap, LetsTheBurstThroughAndThenTheRate) {
  RateCap cap(10, 3);
  EXPECT_TRUE(cap.take(1, kStart));
  EXPECT_TRUE(cap.take(1, kStart));
  EXPECT_TRUE(cap.take(1, kStart));
  EXPECT_FALSE(cap.take(1, kStart));
  EXPECT_TRUE(cap.take(1, kStart + std::chrono::milliseconds(101)));
  EXPECT_FALSE(cap.take(1, kStart + std::chrono::milliseconds(102)));
}

TEST(RateCap, NeverHoldsMoreThanTheBurst) {
  RateCap cap(10, 3);
  ASSERT_TRUE(cap.take(3, kStart));
  EXPECT_TRUE(cap.take(3, kStart + std::chrono::hours(1)));
  EXPECT_FALSE(cap.take(1, kStart + std::chrono::hours(1)));
}

TEST(RateCaps, AreSeparateByName) {
  RateCaps caps(1, 1);
  EXPECT_TRUE(caps.take("a", 1, kStart));
  EXPECT_FALSE(caps.take("a", 1, kStart));
  EXPECT_TRUE(caps.take("b", 1, kStart));
}

}  // namespace
}  // namespace tercet
