// The same seed is the same run, byte for byte.

#include <gtest/gtest.h>

#include "tests/sim/plans/plan.h"

namespace tercet::sim {
namespace {

PlanResult run(std::uint64_t seed, Profile profile, EngineChoice engine) {
  PlanOptions options;
  options.seed = seed;
  options.profile = profile;
  options.engine = engine;
  return run_plan(options);
}

TEST(Repeat, ASeedHasOneTrace) {
  for (const Profile profile : {Profile::requests, Profile::keys}) {
    const PlanResult first = run(5, profile, EngineChoice::toy);
    static_cast<void>(run(6, profile, EngineChoice::toy));  // what ran in between leaves no mark
    const PlanResult again = run(5, profile, EngineChoice::toy);
    EXPECT_EQ(first.trace_hash, again.trace_hash);
    EXPECT_EQ(first.events, again.events);
    EXPECT_GT(first.requests.served, 0U);
  }
}

TEST(Repeat, AnotherSeedHasAnother) {
  EXPECT_NE(run(5, Profile::requests, EngineChoice::toy).trace_hash,
            run(6, Profile::requests, EngineChoice::toy).trace_hash);
}

TEST(Repeat, WithTheProductsEngineToo) {
  EXPECT_EQ(run(7, Profile::requests, EngineChoice::table).trace_hash,
            run(7, Profile::requests, EngineChoice::table).trace_hash);
}

}  // namespace
}  // namespace tercet::sim
