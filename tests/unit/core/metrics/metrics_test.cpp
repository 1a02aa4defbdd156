#include "core/metrics/metrics.h"

#include <string>

#include <gtest/gtest.h>

namespace tercet {
namespace {

TEST(Registry, PrintsPrometheusText) {
  Registry registry;
  registry.counter("tercet_a_total", "Things.", {{"op", "encrypt"}, {"code", "a\"b\\c\nd"}}).add(3);
  registry.gauge("tercet_b", "Level.").set(-2);
  registry.gauge_function("tercet_c", "Read late.", {}, [] { return 0.5; });
  Histogram& histogram = registry.histogram("tercet_d_seconds", "Time.", {}, {0.1, 1});
  histogram.observe(0.1);
  histogram.observe(0.5);
  histogram.observe(7);
  EXPECT_EQ(registry.text(),
            "# HELP tercet_a_total Things.\n"
            "# TYPE tercet_a_total counter\n"
            "tercet_a_total{code=\"a\\\"b\\\\c\\nd\",op=\"encrypt\"} 3\n"
            "# HELP tercet_b Level.\n"
            "# TYPE tercet_b gauge\n"
            "tercet_b -2\n"
            "# HELP tercet_c Read late.\n"
            "# TYPE tercet_c gauge\n"
            "tercet_c 0.5\n"
            "# HELP tercet_d_seconds Time.\n"
            "# TYPE tercet_d_seconds histogram\n"
            "tercet_d_seconds_bucket{le=\"0.1\"} 1\n"
            "tercet_d_seconds_bucket{le=\"1\"} 2\n"
            "tercet_d_seconds_bucket{le=\"+Inf\"} 3\n"
            "tercet_d_seconds_sum 7.6\n"
            "tercet_d_seconds_count 3\n");
}

TEST(Registry, TheSameNameAndLabelsAreTheSameObject) {
  Registry registry;
  Counter& first = registry.counter("a_total", "A.", {{"x", "1"}, {"y", "2"}});
  EXPECT_EQ(&first, &registry.counter("a_total", "A.", {{"y", "2"}, {"x", "1"}}));
  EXPECT_NE(&first, &registry.counter("a_total", "A.", {{"x", "2"}, {"y", "2"}}));
}

TEST(RegistryDeathTest, OneNameHasOneKind) {
  Registry registry;
  registry.counter("a_total", "A.");
  EXPECT_DEATH(registry.gauge("a_total", "A."), "check failed");
}

}  // namespace
}  // namespace tercet
