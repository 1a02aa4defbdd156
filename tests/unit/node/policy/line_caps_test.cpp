#include "node/policy/line_caps.h"

#include <gtest/gtest.h>

namespace tercet::node {
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

TEST_F(LineCapsTest, NamesAreBounded) {
  for (std::size_t i = 0; i < LineCaps::kNamesMax; ++i) {
    ASSERT_TRUE(caps_.take("refused", std::to_string(i), now_).has_value());
  }
  std::size_t written = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    written += written_of(1, "refused", "later " + std::to_string(i));
  }
  EXPECT_EQ(written, 5U) << "they share one place";
  EXPECT_TRUE(caps_.take("refused", "7", now_).has_value());
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
}

}  // namespace
}  // namespace tercet::node
