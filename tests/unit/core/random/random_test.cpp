#include "core/random/random.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "core/random/deterministic.h"

namespace tercet {
namespace {

TEST(SystemRandom, DiffersEachTime) {
  EXPECT_NE(system_random().array<32>(), system_random().array<32>());
}

TEST(DeterministicRandom, RepeatsForASeedHoweverItIsCut) {
  DeterministicRandom whole("seed");
  Bytes expected(1000);
  whole.fill(expected);
  DeterministicRandom pieces("seed");
  Bytes got(1000);
  std::size_t at = 0;
  for (std::size_t step = 1; at < got.size(); ++step) {
    const std::size_t part = std::min(step * 7, got.size() - at);
    pieces.fill(MutableByteView(got).subspan(at, part));
    at += part;
  }
  EXPECT_EQ(got, expected);
}

TEST(DeterministicRandom, DiffersBetweenSeeds) {
  DeterministicRandom a(1);
  DeterministicRandom b(2);
  EXPECT_NE(a.array<32>(), b.array<32>());
}

TEST(DrawBelow, StaysBelowAndReachesAll) {
  DeterministicRandom random(3);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) {
    ++seen.at(draw_below(random, 7));
  }
  for (const int count : seen) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
  EXPECT_EQ(draw_below(random, 1), 0U);
}

}  // namespace
}  // namespace tercet
