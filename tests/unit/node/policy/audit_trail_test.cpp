#include "node/policy/audit_trail.h"

#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tercet::node {
namespace {

class StillAuditClock final : public Clock {
 public:
  SteadyTime now() const override { return at; }

  SteadyTime at{std::chrono::hours(1)};
};

class AuditTrailTest : public ::testing::Test {
 protected:
  StillAuditClock clock_;
  AuditTrail trail_{"node-1",
                    [this](std::string_view line) {
                      if (broken_) {
                        return Status(Error(Errc::storage_error, "disk full"));
                      }
                      lines_.emplace_back(line);
                      return ok_status();
                    },
                    system_wall_clock(),
                    clock_};

  nlohmann::json line(std::size_t at) const { return nlohmann::json::parse(lines_.at(at)); }

  std::vector<std::string> lines_;
  bool broken_ = false;
};

TEST_F(AuditTrailTest, WritesOneJsonObjectPerRecordWithRisingNumbers) {
  ASSERT_TRUE(trail_.write(AuditRecord("one")).ok());
  AuditRecord second("two");
  second.number("count", 7).flag("yes", true).error(Errc::denied);
  ASSERT_TRUE(trail_.write(std::move(second)).ok());
  const auto json = nlohmann::json::parse(lines_.at(1));
  EXPECT_EQ(json["seq"], 2);
  EXPECT_EQ(json["node"], "node-1");
  EXPECT_EQ(json["event"], "two");
  EXPECT_EQ(json["count"], 7);
  EXPECT_EQ(json["yes"], true);
  EXPECT_EQ(json["error"], "denied");
}

TEST_F(AuditTrailTest, TextFromOutsideStaysOneLineOfValidJson) {
  AuditRecord record("request");
  constexpr std::string_view kHostile("quote\" newline\n nul\0 high\xff back\\", 32);
  record.text("arn", std::string(kHostile));
  ASSERT_TRUE(trail_.write(std::move(record)).ok());
  EXPECT_EQ(lines_.at(0).find('\n'), std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(lines_.at(0)));
}

TEST_F(AuditTrailTest, CutsRecordsAtEightKibibytes) {
  AuditRecord record("request");
  for (int i = 0; i < 20; ++i) {
    record.text("arn", std::string(2000, 'x'));
  }
  ASSERT_TRUE(trail_.write(std::move(record)).ok());
  EXPECT_LE(lines_.at(0).size(), 8U * 1024U);
  EXPECT_TRUE(nlohmann::json::accept(lines_.at(0)));
}

TEST_F(AuditTrailTest, AU5_SaysThatItCannotWriteAndRecordsTheGap) {
  ASSERT_TRUE(trail_.write(AuditRecord("before")).ok());
  broken_ = true;
  EXPECT_FALSE(trail_.write(AuditRecord("lost")).ok());
  EXPECT_FALSE(trail_.write(AuditRecord("lost")).ok());
  EXPECT_FALSE(trail_.working());
  EXPECT_EQ(trail_.lost_why(), "disk full");
  broken_ = false;
  EXPECT_TRUE(trail_.write(AuditRecord("kept")).ok());
  EXPECT_TRUE(trail_.working());
  EXPECT_EQ(trail_.lost(), 0U);
  EXPECT_EQ(trail_.lost_in_last_gap(), 2U);
  ASSERT_EQ(lines_.size(), 3U);
  EXPECT_EQ(line(1)["event"], "audit_gap");
  EXPECT_EQ(line(1)["seq"], 2);
  EXPECT_EQ(line(1)["lost"], 2);
  EXPECT_GT(line(1)["since_ms"], 0);
  EXPECT_EQ(line(1)["cause"], "disk full");
  EXPECT_EQ(line(2)["event"], "kept");
}

TEST_F(AuditTrailTest, AU5_TriesAgainByItselfWithinASecond) {
  broken_ = true;
  EXPECT_FALSE(trail_.write(AuditRecord("lost")).ok());
  for (int i = 0; i < 100; ++i) {  // still full: nothing changes
    clock_.at += Milliseconds(100);
    trail_.tend();
  }
  EXPECT_FALSE(trail_.working());
  EXPECT_EQ(trail_.lost(), 1U);
  broken_ = false;
  for (int i = 0; i < 10; ++i) {
    clock_.at += Milliseconds(100);
    trail_.tend();
  }
  EXPECT_TRUE(trail_.working());
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(line(0)["event"], "audit_gap");
  EXPECT_EQ(line(0)["lost"], 1);
}

TEST_F(AuditTrailTest, AU7_WhatOthersCauseIsCountedNotWrittenEachTime) {
  const auto refused = [this] {
    AuditRecord record("refused");
    record.text("target", "/path");
    return trail_.write_capped(std::move(record), "proxy-1");
  };
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(refused().ok());
  }
  EXPECT_EQ(lines_.size(), 5U);
  clock_.at += std::chrono::seconds(1);
  EXPECT_TRUE(refused().ok());
  ASSERT_EQ(lines_.size(), 6U);
  EXPECT_EQ(line(5)["left_out"], 95);

  EXPECT_TRUE(refused().ok());
  clock_.at += std::chrono::seconds(1);
  trail_.tend();
  trail_.tend();
  ASSERT_EQ(lines_.size(), 7U);
  EXPECT_EQ(line(6)["event"], "records_left_out");
  EXPECT_EQ(line(6)["of"], "refused");
  EXPECT_EQ(line(6)["by"], "proxy-1");
  EXPECT_EQ(line(6)["count"], 1);
}

TEST_F(AuditTrailTest, AU7_WhatAFailedRecordWasToCountIsInTheGap) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(trail_.write_capped(AuditRecord("refused"), "proxy-1").ok());
  }
  clock_.at += std::chrono::seconds(1);
  broken_ = true;
  trail_.tend();
  EXPECT_EQ(trail_.lost(), 95U);
  broken_ = false;
  clock_.at += std::chrono::seconds(1);
  trail_.tend();
  EXPECT_EQ(line(5)["event"], "audit_gap");
  EXPECT_EQ(line(5)["lost"], 95);
}

TEST_F(AuditTrailTest, NumbersGoOnWhereTheFileLeftOff) {
  ASSERT_TRUE(trail_.write(AuditRecord("one")).ok());
  ASSERT_TRUE(trail_.write(AuditRecord("two")).ok());
  const std::string file = lines_[0] + '\n' + lines_[1] + '\n';
  EXPECT_EQ(last_sequence(file), 2U);
  EXPECT_EQ(last_sequence(lines_[1] + '\n' + lines_[0] + '\n'), 2U) << "whatever their order";
  EXPECT_EQ(last_sequence(""), 0U);
  EXPECT_EQ(last_sequence("no record\n"), 0U);
  EXPECT_EQ(last_sequence(file.substr(20)), 2U) << "begins within a line";
  EXPECT_EQ(last_sequence(file + "{\"seq\":3,\"time"), 3U) << "a torn line has its number";
  EXPECT_EQ(last_sequence(file + "{\"seq\":3"), 2U) << "but half a number is none";
  EXPECT_EQ(last_sequence("{\"seq\":99999999999999999999999,\n" + file), 2U);
  AuditRecord hostile("refused");
  hostile.text("target", "{\"seq\":77,");
  trail_.continue_after(last_sequence(file));
  ASSERT_TRUE(trail_.write(std::move(hostile)).ok());
  EXPECT_EQ(line(2)["seq"], 3);
  EXPECT_EQ(last_sequence(lines_[2]), 3U) << "what others say is no number of ours";
}

}  // namespace
}  // namespace tercet::node
