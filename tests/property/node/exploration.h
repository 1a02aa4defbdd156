#pragma once

#include <string>

#include <gtest/gtest.h>

#include "tests/property/node/explorer.h"

namespace tercet::test {

template <class World>
std::string text_of(const typename Explorer<World>::Finding& finding) {
  std::string text = finding.what + " (" + std::to_string(finding.states) + " states)";
  for (const std::string& step : finding.trace) {
    text += "\n  " + step;
  }
  return text;
}

/// Every state was seen, and nothing was found.
template <class World>
void expect_holds(const World& world) {
  Explorer<World> explorer(world);
  const auto finding = explorer.run();
  EXPECT_TRUE(finding.complete);
  EXPECT_EQ(finding.what, "") << text_of<World>(finding);
  ::testing::Test::RecordProperty("states", static_cast<int>(finding.states));
}

/// The same without one rule: the trace that this rule stops.
template <class World>
void expect_found(const World& world, const std::string& what) {
  Explorer<World> explorer(world);
  const auto finding = explorer.run();
  EXPECT_EQ(finding.what, what) << text_of<World>(finding);
  ::testing::Test::RecordProperty("steps", static_cast<int>(finding.trace.size()));
}

inline const std::string kStuck = "stuck: no way on without a fault";

}  // namespace tercet::test
