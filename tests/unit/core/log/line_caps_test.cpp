#include "core/log/line_caps.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tercet {
namespace {

class LineCapsTest : public ::testing::Test {
 protected:
  /// How many of so many at once are written.
  std::size_t written_of(std::size_t count, std::string_view event, std::string_view by) {
    std::size_t written = 0;
    for (std::size_t i = 0; i < count; ++i) {
      written += caps_.take(event, by, now_).has_value() ? 1U : 0U;
    }
    return written;
  }

  LineCaps caps_;
  SteadyTime now_{std::chrono::hours(1)};
};

TEST_F(LineCapsTest, AFloodIsOneLineASecondThatSaysWhatWasLeftOut) {
  EXPECT_EQ(written_of(1000, "refused", "peer 2"), 5U);
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(caps_.take("refused", "peer 2", now_), 995U);
  EXPECT_EQ(caps_.take("refused", "peer 2", now_), std::nullopt);
  std::size_t written = 0;
  for (int i = 0; i < 1000; ++i) {
    now_ += Milliseconds(10);
    written += written_of(10, "refused", "peer 2");
  }
  EXPECT_EQ(written, 10U);
}

TEST_F(LineCapsTest, NobodyTakesTheLinesOfAnother) {
  EXPECT_EQ(written_of(1000, "refused", "peer 2"), 5U);
  EXPECT_EQ(caps_.take("refused", "peer 3", now_), 0U);
  EXPECT_EQ(caps_.take("silent", "peer 2", now_), 0U);
}

TEST_F(LineCapsTest, AU7_NoEventIsWrittenMoreThanTenTimesASecondHoweverManyCauseIt) {
  std::size_t written = 0;
  for (int i = 0; i < 1000; ++i) {
    written += written_of(1, "refused", "address " + std::to_string(i));
  }
  EXPECT_EQ(written, 10U);
  now_ += std::chrono::seconds(1);
  for (int i = 0; i < 1000; ++i) {
    written += written_of(1, "refused", "address " + std::to_string(i));
  }
  EXPECT_EQ(written, 20U);
  EXPECT_EQ(written_of(1, "another event", "address 1"), 1U);
}

TEST_F(LineCapsTest, WhatIsLeftOutIsToldThoughNoOtherLineComes) {
  EXPECT_EQ(written_of(1000, "refused", "peer 2"), 5U);
  EXPECT_TRUE(caps_.due(now_).empty()) << "not before its time";
  now_ += std::chrono::seconds(1);
  const std::vector<LineCaps::LeftOut> due = caps_.due(now_);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].event, "refused");
  EXPECT_EQ(due[0].by, "peer 2");
  EXPECT_EQ(due[0].count, 995U);
  now_ += std::chrono::seconds(1);
  EXPECT_TRUE(caps_.due(now_).empty()) << "once";
  EXPECT_EQ(caps_.take("refused", "peer 2", now_), 0U);
}

TEST_F(LineCapsTest, NamesAreBoundedAndQuietOnesMakeRoom) {
  std::uint64_t counted = 0;
  for (std::size_t i = 0; i < 2 * LineCaps::kNamesMax; ++i) {
    counted += written_of(1, "refused", std::to_string(i));
  }
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) {
    now_ += std::chrono::seconds(1);
    for (const LineCaps::LeftOut& each : caps_.due(now_)) {
      names.insert(each.by);
      counted += each.count;
    }
  }
  EXPECT_EQ(counted, 2 * LineCaps::kNamesMax) << "nobody is forgotten";
  EXPECT_LE(names.size(), LineCaps::kNamesMax);
  EXPECT_TRUE(names.contains(std::string(LineCaps::kOthers)));

  EXPECT_EQ(written_of(7, "refused", "new"), 5U);
  now_ += std::chrono::seconds(1);
  const std::vector<LineCaps::LeftOut> due = caps_.due(now_);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].by, "new") << "has a place of its own again";
}

TEST(CappedLog, WritesTheCountIntoTheNextLine) {
  const auto sink = std::make_shared<MemoryLogSink>();

  class Still final : public Clock {
   public:
    SteadyTime now() const override { return at; }

    SteadyTime at{std::chrono::hours(1)};
  };

  Still clock;
  CappedLog log(Logger("test", sink), clock);
  for (int i = 0; i < 8; ++i) {
    log.warn("refused", "peer 2", field("peer", 2));
  }
  EXPECT_EQ(sink->lines().size(), 5U);
  EXPECT_FALSE(sink->contains("left_out"));
  clock.at += std::chrono::seconds(1);
  log.warn("refused", "peer 2", field("peer", 2));
  ASSERT_EQ(sink->lines().size(), 6U);
  EXPECT_TRUE(sink->contains("\"peer\":2,\"left_out\":3"));

  log.warn("refused", "peer 2", field("peer", 2));
  log.tell_left_out();
  EXPECT_EQ(sink->lines().size(), 6U);
  clock.at += std::chrono::seconds(1);
  log.tell_left_out();
  log.tell_left_out();
  ASSERT_EQ(sink->lines().size(), 7U);
  EXPECT_TRUE(sink->contains(
      "\"event\":\"lines_left_out\",\"of\":\"refused\",\"by\":\"peer 2\",\"count\":1"));
}

}  // namespace
}  // namespace tercet
