#include "node/link/round_trip.h"

#include <gtest/gtest.h>

#include "core/random/deterministic.h"

namespace tercet::node {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

class RoundTrips : public ::testing::Test {
 protected:
  Challenge beat_at(milliseconds when) {
    const Challenge challenge = random_.array<16>();
    round_trip_.sent(challenge, at(when));
    return challenge;
  }

  static SteadyTime at(microseconds when) { return SteadyTime(std::chrono::hours(1) + when); }

  DeterministicRandom random_{as_bytes("round trip test")};
  RoundTrip round_trip_;
};

TEST_F(RoundTrips, IsUnknownBeforeAnEcho) {
  EXPECT_FALSE(round_trip_.value());
  beat_at(milliseconds(0));
  round_trip_.heard(Challenge{}, 0, at(milliseconds(5)));
  EXPECT_FALSE(round_trip_.value());
}

TEST_F(RoundTrips, LeavesOutWhatThePeerWaitedForItsNextBeat) {
  const Challenge mine = beat_at(milliseconds(0));
  round_trip_.heard(mine, 70'000, at(milliseconds(90)));
  EXPECT_EQ(round_trip_.value(), milliseconds(20));
}

TEST_F(RoundTrips, TakesOnlyTheFirstEchoOfABeat) {
  const Challenge mine = beat_at(milliseconds(0));
  round_trip_.heard(mine, 0, at(milliseconds(20)));
  round_trip_.heard(mine, 0, at(milliseconds(120)));
  EXPECT_EQ(round_trip_.value(), milliseconds(20));
}

TEST_F(RoundTrips, PassesOverBeatsThatAreNeverEchoed) {
  beat_at(milliseconds(0));
  const Challenge second = beat_at(milliseconds(100));
  round_trip_.heard(second, 0, at(milliseconds(130)));
  EXPECT_EQ(round_trip_.value(), milliseconds(30));
}

TEST_F(RoundTrips, IsNeverNegativeWhateverThePeerSays) {
  const Challenge mine = beat_at(milliseconds(0));
  round_trip_.heard(mine, UINT32_MAX, at(milliseconds(90)));
  EXPECT_EQ(round_trip_.value(), microseconds(0));
}

TEST_F(RoundTrips, FollowsAChange) {
  for (int i = 0; i < 40; ++i) {
    const milliseconds sent(100 * i);
    round_trip_.heard(beat_at(sent), 0, at(sent + milliseconds(i < 10 ? 5 : 45)));
  }
  EXPECT_GT(*round_trip_.value(), milliseconds(40));
  EXPECT_LE(*round_trip_.value(), milliseconds(45));
}

TEST_F(RoundTrips, KeepsABoundedNumberOfBeats) {
  const Challenge oldest = beat_at(milliseconds(0));
  for (int i = 1; i <= 64; ++i) {
    beat_at(milliseconds(i));
  }
  round_trip_.heard(oldest, 0, at(milliseconds(100)));
  EXPECT_FALSE(round_trip_.value());
}

TEST_F(RoundTrips, SaysHowLongThePeersBeatWasHeld) {
  EXPECT_EQ(round_trip_.held_us(at(milliseconds(5))), 0U);
  round_trip_.heard(Challenge{}, 0, at(milliseconds(10)));
  EXPECT_EQ(round_trip_.held_us(at(milliseconds(80))), 70'000U);
  EXPECT_EQ(round_trip_.held_us(at(std::chrono::hours(2))), UINT32_MAX);
}

}  // namespace
}  // namespace tercet::node
