#include "node/generation/use_rate.h"

#include <gtest/gtest.h>

namespace tercet::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class UseRates : public ::testing::Test {
 protected:
  /// Notes the count ten times a second while it grows by `per_second`.
  void run(seconds duration, std::uint64_t per_second) {
    for (SteadyTime end = now_ + duration; now_ < end;) {
      now_ += milliseconds(100);
      used_ += per_second / 10;
      rate_.note(used_, now_);
    }
  }

  SteadyTime now_{std::chrono::hours(1)};
  std::uint64_t used_ = 0;
  UseRate rate_;
};

TEST_F(UseRates, NothingUsedLastsForAnUnknownTime) {
  EXPECT_FALSE(rate_.lasts(1000));
  run(seconds(1), 0);
  EXPECT_FALSE(rate_.lasts(1000));
  EXPECT_FALSE(rate_.lasts(0));
}

TEST_F(UseRates, OneCountIsNoRate) {
  rate_.note(5000, now_);
  EXPECT_FALSE(rate_.lasts(1000));
}

TEST_F(UseRates, DividesTheStockByTheRate) {
  run(seconds(30), 100);
  EXPECT_NEAR(rate_.per_second(), 100, 1);
  EXPECT_NEAR(rate_.lasts(60'000)->count(), 600, 6);
}

TEST_F(UseRates, AnEmptyStockInUseLastsNoTime) {
  run(seconds(10), 100);
  EXPECT_EQ(rate_.lasts(0)->count(), 0);
}

TEST_F(UseRates, LooksAMinuteBack) {
  run(seconds(300), 1000);
  run(seconds(30), 0);
  EXPECT_NEAR(rate_.per_second(), 500, 25);
  run(seconds(31), 0);
  EXPECT_FALSE(rate_.lasts(1000)) << "none of it was used within the last minute";
}

TEST_F(UseRates, SurvivesAGapInItsCalls) {
  run(seconds(10), 100);
  now_ += std::chrono::hours(5);
  rate_.note(used_, now_);
  EXPECT_LT(rate_.per_second(), 1);
  run(seconds(61), 200);
  EXPECT_NEAR(rate_.per_second(), 200, 5);
}

}  // namespace
}  // namespace tercet::node
