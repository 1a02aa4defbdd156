// What a node's audit records do in time: it comes back by itself, and nobody fills it.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/sim/cluster/cluster.h"

namespace tercet::sim {
namespace {

class AuditInTime : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.start_all();
    cluster_.run_for(std::chrono::seconds(10));
    site_.audit_watch = [this](std::string_view line) {
      records_.push_back(nlohmann::json::parse(line));
    };
  }

  /// A command that no node takes any more; each time it comes it is refused, and on record.
  std::shared_ptr<SentCommand> expired_command() {
    auto sent = cluster_.administrators().sign(
        cluster_.administrators().create(KeyId::parse("late").value(), 1));
    cluster_.run_for(std::chrono::seconds(3));
    return sent;
  }

  std::vector<nlohmann::json> of(const std::string& event) const {
    std::vector<nlohmann::json> out;
    for (const nlohmann::json& record : records_) {
      if (record.at("event") == event) {
        out.push_back(record);
      }
    }
    return out;
  }

  Cluster cluster_{ClusterOptions()};
  NodeSite& site_ = cluster_.node(0);
  std::vector<nlohmann::json> records_;
};

TEST_F(AuditInTime, AU5_ItTriesByItselfTwiceASecondAndRecordsTheGap) {
  const std::shared_ptr<SentCommand> command = expired_command();
  site_.audit_fails = true;
  ASSERT_TRUE(cluster_.administrators().bring(*command, 0));
  EXPECT_FALSE(site_.core()->audit().working());
  cluster_.run_for(std::chrono::seconds(90));
  EXPECT_FALSE(site_.core()->audit().working());
  EXPECT_TRUE(records_.empty());

  site_.audit_fails = false;
  cluster_.run_for(std::chrono::seconds(1));
  EXPECT_TRUE(site_.core()->audit().working());
  ASSERT_EQ(of("audit_gap").size(), 1U);
  EXPECT_GE(of("audit_gap")[0].at("lost"), 1);
}

TEST_F(AuditInTime, AU7_CommandsThatAreRefusedAgainAndAgainAreCounted) {
  const std::shared_ptr<SentCommand> command = expired_command();
  constexpr std::uint64_t kTimes = 200;
  for (std::uint64_t i = 0; i < kTimes; ++i) {
    ASSERT_TRUE(cluster_.administrators().bring(*command, 0));
  }
  EXPECT_LE(of("command").size(), 6U);
  cluster_.run_for(std::chrono::seconds(2));
  std::uint64_t counted = of("command").size();
  for (const nlohmann::json& record : of("records_left_out")) {
    EXPECT_EQ(record.at("of"), "command");
    counted += record.at("count").get<std::uint64_t>();
  }
  for (const nlohmann::json& record : of("command")) {
    counted += record.value("left_out", std::uint64_t{0});
  }
  EXPECT_EQ(counted, kTimes);
}

}  // namespace
}  // namespace tercet::sim
