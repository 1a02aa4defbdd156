#include "node/admin/decision_report.h"

#include <gtest/gtest.h>

namespace tercet::node {
namespace {

class DecisionReportTest : public ::testing::Test {
 protected:
  DecisionReportTest() {
    open_.keys = {DecidedKey(KeyId::parse("orders").value(), KeyVersion(2), CommandId())};
    open_.since = start_;
    open_.waits_for = NodeSet::of(mpc::PartyIndex::p3);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      peers_[i].node_id = "node-" + std::to_string(i + 1);
      peers_[i].linked = true;
    }
  }

  DecisionReport after(std::chrono::seconds age) const {
    return describe(open_, peers_, start_ + age);
  }

  SteadyTime start_{std::chrono::hours(5)};
  OpenDecision open_;
  std::array<DecisionPeer, 3> peers_;
};

TEST_F(DecisionReportTest, SaysWhatIsOpenAndForWhomItWaits) {
  const DecisionReport report = after(std::chrono::seconds(7));
  EXPECT_EQ(report.kind, "make");
  EXPECT_EQ(report.keys, std::vector<std::string>{"orders version 2"});
  EXPECT_EQ(report.open_s, 7);
  EXPECT_EQ(report.waits_for, std::vector<std::string>{"node-3"});
  EXPECT_EQ(report.detail, "this node voted for it; waits for node-3");
  EXPECT_EQ(report.to_do, "");
}

TEST_F(DecisionReportTest, ANodeThatIsAwayIsToBeBroughtBack) {
  peers_[2].linked = false;
  EXPECT_EQ(after(std::chrono::seconds(1)).to_do, "bring node-3 back");
}

TEST_F(DecisionReportTest, ALinkedNodeThatDoesNotAnswerIsNamed) {
  EXPECT_EQ(after(std::chrono::seconds(59)).to_do, "");
  EXPECT_NE(after(std::chrono::seconds(60)).to_do.find("node-3 is linked and has not answered"),
            std::string::npos);
  open_.heard[2] = start_ + std::chrono::seconds(30);
  EXPECT_EQ(after(std::chrono::seconds(60)).to_do, "");
  EXPECT_NE(after(std::chrono::seconds(90)).to_do, "");
}

TEST_F(DecisionReportTest, ADoubleVoteIsSaidFirst) {
  peers_[2].linked = false;
  open_.double_voters = NodeSet::of(mpc::PartyIndex::p2);
  EXPECT_NE(after(std::chrono::seconds(1)).to_do.find("node-2 voted YES and NO"),
            std::string::npos);
}

TEST_F(DecisionReportTest, SaysThatASessionRunsOrIsBeingDropped) {
  open_.running = true;
  open_.waits_for = NodeSet();
  EXPECT_EQ(after(std::chrono::seconds(1)).detail, "its session runs");
  open_.running = false;
  open_.ending_no = true;
  EXPECT_EQ(after(std::chrono::seconds(1)).detail, "a node refused it, it is being dropped");
}

}  // namespace
}  // namespace tercet::node
