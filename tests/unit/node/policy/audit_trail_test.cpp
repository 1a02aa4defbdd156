#include "node/policy/audit_trail.h"

#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tercet::node {
namespace {

class AuditTrailTest : public ::testing::Test {
 protected:
  AuditTrail trail_{"node-1",
                    [this](std::string_view line) {
                      if (broken_) {
                        return Status(Error(Errc::storage_error, "disk full"));
                      }
                      lines_.emplace_back(line);
                      return ok_status();
                    },
                    system_wall_clock()};
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

TEST_F(AuditTrailTest, AU5_SaysThatItCannotWriteUntilItCanAgain) {
  broken_ = true;
  EXPECT_FALSE(trail_.write(AuditRecord("lost")).ok());
  EXPECT_FALSE(trail_.working());
  broken_ = false;
  EXPECT_TRUE(trail_.write(AuditRecord("kept")).ok());
  EXPECT_TRUE(trail_.working());
  EXPECT_EQ(nlohmann::json::parse(lines_.at(0))["seq"], 1);
}

}  // namespace
}  // namespace tercet::node
