// One direction between two sites, under virtual time.

#include "bench/emulator/link.h"

#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace tercet::wan {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint64_t kSeed = 1;

Time at(Nanoseconds since_begin) {
  return Time(std::chrono::hours(1)) + since_begin;
}

/// When `count` packets of 1000 bytes, sent `gap` apart, come out; nothing for those that do not.
std::vector<std::optional<Time>> send(Link& link, std::size_t count, Nanoseconds gap) {
  std::vector<std::optional<Time>> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(link.admit(at(gap * static_cast<int>(i)), 1000));
  }
  return out;
}

TEST(Link, WithoutSettingsHoldsNothing) {
  Link link(LinkSettings(), kSeed);
  EXPECT_EQ(link.admit(at(milliseconds(3)), 1500), at(milliseconds(3)));
}

TEST(Link, DelaysEveryPacketByTheSame) {
  LinkSettings settings;
  settings.delay = milliseconds(10);
  Link link(settings, kSeed);
  for (const int ms : {0, 1, 1, 50}) {
    EXPECT_EQ(link.admit(at(milliseconds(ms)), 1500), at(milliseconds(ms + 10)));
  }
}

TEST(Link, JitterOnlyAddsUpToItsBoundAndVaries) {
  LinkSettings settings;
  settings.delay = milliseconds(5);
  settings.jitter = milliseconds(2);
  Link link(settings, kSeed);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1000; ++i) {
    const Time now = at(milliseconds(10) * i);  // too far apart to meet
    const Nanoseconds extra = *link.admit(now, 100) - now - settings.delay;
    ASSERT_GE(extra, Nanoseconds(0));
    ASSERT_LT(extra, settings.jitter);
    low = low || extra < settings.jitter / 10;
    high = high || extra > settings.jitter * 9 / 10;
  }
  EXPECT_TRUE(low && high);
}

TEST(Link, JitterNeverReorders) {
  LinkSettings settings;
  settings.jitter = milliseconds(20);
  Link link(settings, kSeed);
  Time last{};
  int held = 0;
  for (const auto& due : send(link, 2000, microseconds(10))) {
    ASSERT_TRUE(due);
    ASSERT_GE(*due, last);
    held += *due == last ? 1 : 0;
    last = *due;
  }
  EXPECT_GT(held, 0) << "no packet was ever about to overtake: the test proves nothing";
}

TEST(Link, LosesItsShareOfPackets) {
  LinkSettings settings;
  settings.loss = 0.1;
  Link link(settings, kSeed);
  int lost = 0;
  for (const auto& due : send(link, 20'000, microseconds(1))) {
    lost += due ? 0 : 1;
  }
  EXPECT_NEAR(lost, 2000, 250);  // deterministic, and six standard deviations wide
}

TEST(Link, LosesAllOrNothingAtTheEnds) {
  LinkSettings settings;
  settings.loss = 1;
  Link all(settings, kSeed);
  settings.loss = 0;
  Link none(settings, kSeed);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(all.admit(at(Nanoseconds(i)), 100));
    EXPECT_TRUE(none.admit(at(Nanoseconds(i)), 100));
  }
}

TEST(Link, BandwidthSpacesPacketsThatComeTogether) {
  LinkSettings settings;
  settings.delay = milliseconds(1);
  settings.bits_per_second = 8'000'000;  // 1000 bytes a millisecond
  Link link(settings, kSeed);
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(link.admit(at(Nanoseconds(0)), 1000), at(milliseconds(1 + i)));
  }
  // Once the line is idle again, only the packet's own length counts.
  EXPECT_EQ(link.admit(at(milliseconds(100)), 500), at(milliseconds(101) + microseconds(500)));
}

TEST(Link, DropsWhatWouldWaitTooLongForTheLine) {
  LinkSettings settings;
  settings.bits_per_second = 8'000'000;
  settings.queue = milliseconds(3);
  Link link(settings, kSeed);
  int admitted = 0;
  for (const auto& due : send(link, 10, Nanoseconds(0))) {
    admitted += due ? 1 : 0;
  }
  EXPECT_EQ(admitted, 4);  // one on the line at once, and three milliseconds of others
  EXPECT_TRUE(link.admit(at(milliseconds(1)), 1000)) << "the queue has emptied by one";
}

TEST(Link, ALostPacketHasUsedTheLine) {
  LinkSettings settings;
  settings.bits_per_second = 8'000'000;
  settings.loss = 0.5;
  settings.queue = milliseconds(1000);
  Link link(settings, kSeed);
  int sent = 0;
  int lost = 0;
  for (const auto& due : send(link, 100, Nanoseconds(0))) {
    ++sent;
    lost += due ? 0 : 1;
    if (due) {
      EXPECT_EQ(*due, at(milliseconds(sent)));
    }
  }
  EXPECT_GT(lost, 0);
}

TEST(Link, TheSameSeedGivesTheSameFates) {
  LinkSettings settings;
  settings.jitter = milliseconds(5);
  settings.loss = 0.2;
  Link one(settings, 7);
  Link same(settings, 7);
  Link other(settings, 8);
  const auto fates = send(one, 500, milliseconds(1));
  EXPECT_EQ(send(same, 500, milliseconds(1)), fates);
  EXPECT_NE(send(other, 500, milliseconds(1)), fates);
}

}  // namespace
}  // namespace tercet::wan
