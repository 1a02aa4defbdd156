#include "bench/load/metrics_page.h"

#include <gtest/gtest.h>

#include "core/metrics/metrics.h"

namespace tercet::bench {
namespace {

TEST(MetricsPage, ReadsWhatOurProgramsPrint) {
  Registry registry;
  registry.counter("tercet_a_total", "help", {{"link", "peer"}}).add(7);
  registry.gauge("tercet_b", "help").set(-3);
  registry.gauge_function("tercet_c", "help", {}, [] { return 1.5; });
  const MetricsPage page = MetricsPage::parse(registry.text());
  EXPECT_EQ(page.value(R"(tercet_a_total{link="peer"})"), 7);
  EXPECT_EQ(page.value("tercet_b"), -3);
  EXPECT_EQ(page.value("tercet_c"), 1.5);
  EXPECT_EQ(page.all().size(), 3U);
}

TEST(MetricsPage, WhatIsAbsentIsZeroAndGrowthIsTheDifference) {
  const MetricsPage before = MetricsPage::parse("a 2\n");
  const MetricsPage after = MetricsPage::parse("# HELP a x\na 5\nb 4\nnonsense\nc x\n");
  EXPECT_EQ(after.growth(before, "a"), 3);
  EXPECT_EQ(after.growth(before, "b"), 4);
  EXPECT_EQ(after.growth(before, "c"), 0);
}

}  // namespace
}  // namespace tercet::bench
