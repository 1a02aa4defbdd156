#include "bench/load/latency.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "bench/load/schedule.h"

namespace tercet::bench {
namespace {

using std::chrono::milliseconds;

LatencySamples one_to(int last) {
  LatencySamples samples;
  for (int i = last; i >= 1; --i) {
    samples.add(milliseconds(i));
  }
  return samples;
}

TEST(LatencySamples, QuantilesAreTheNearestRank) {
  const LatencySamples samples = one_to(1000);
  EXPECT_EQ(samples.quantile(0), milliseconds(1));
  EXPECT_EQ(samples.quantile(0.5), milliseconds(500));
  EXPECT_EQ(samples.quantile(0.9), milliseconds(900));
  EXPECT_EQ(samples.quantile(0.99), milliseconds(990));
  EXPECT_EQ(samples.quantile(0.999), milliseconds(999));
  EXPECT_EQ(samples.quantile(0.9991), milliseconds(1000));
  EXPECT_EQ(samples.max(), milliseconds(1000));
}

TEST(LatencySamples, AFewSamplesGiveTheirLargestAsTheHighQuantiles) {
  EXPECT_EQ(one_to(1).quantile(0.5), milliseconds(1));
  EXPECT_EQ(one_to(2).quantile(0.5), milliseconds(1));
  EXPECT_EQ(one_to(2).quantile(0.51), milliseconds(2));
  EXPECT_EQ(one_to(10).quantile(0.99), milliseconds(10));
}

TEST(LatencySamples, NoneAtAllAreZero) {
  const LatencySamples none;
  EXPECT_EQ(none.quantile(0.5), Nanoseconds(0));
  EXPECT_EQ(none.mean(), Nanoseconds(0));
  EXPECT_EQ(none.count_above(Nanoseconds(0)), 0U);
}

TEST(LatencySamples, SamplesAddedAfterAQuantileCount) {
  LatencySamples samples = one_to(10);
  EXPECT_EQ(samples.max(), milliseconds(10));
  samples.add(milliseconds(20));
  EXPECT_EQ(samples.max(), milliseconds(20));
  samples.add(milliseconds(0));
  EXPECT_EQ(samples.quantile(0), milliseconds(0));
}

TEST(LatencySamples, MeanAndCountAbove) {
  const LatencySamples samples = one_to(9);
  EXPECT_EQ(samples.mean(), milliseconds(5));
  EXPECT_EQ(samples.count_above(milliseconds(7)), 2U);
  EXPECT_EQ(samples.count_above(milliseconds(9)), 0U);
}

TEST(DrawnQuantiles, EndWhereTheSamplesDo) {
  EXPECT_TRUE(drawn_quantiles(0).empty());
  EXPECT_EQ(drawn_quantiles(1), std::vector<double>{0});
  const std::vector<double> of_thousand = drawn_quantiles(1000);
  EXPECT_NEAR(of_thousand.back(), 0.999, 1e-6);
  EXPECT_LT(drawn_quantiles(1'000'000'000).back(), 0.99999 + 1e-9);
  EXPECT_TRUE(std::is_sorted(of_thousand.begin(), of_thousand.end()));
}

TEST(Schedule, IntendedTimesAreEvenAndDoNotDrift) {
  const SteadyTime start{};
  const Schedule schedule(start, 300, 10);
  ASSERT_EQ(schedule.count(), 3000U);
  EXPECT_EQ(schedule.intended(0), start);
  EXPECT_EQ(schedule.intended(1) - start, Nanoseconds(3'333'333));
  EXPECT_EQ(schedule.intended(300) - start, std::chrono::seconds(1));
  EXPECT_EQ(schedule.end() - start, std::chrono::seconds(10));
}

TEST(Schedule, CountsWholeRequestsOnly) {
  EXPECT_EQ(Schedule(SteadyTime{}, 0.5, 3).count(), 1U);
  EXPECT_EQ(Schedule(SteadyTime{}, 0.1, 30).count(), 3U);
  EXPECT_EQ(Schedule(SteadyTime{}, 20, 0.01).count(), 0U);
}

}  // namespace
}  // namespace tercet::bench
