#include "node/cli/cluster_findings.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "node/cli/arguments.h"

namespace tercet::cli {
namespace {

NodeAnswers all_active() {
  NodeAnswers out;
  for (const char* node : {"node-1", "node-2", "node-3"}) {
    NodeAnswer answer;
    answer.node = node;
    answer.status = 200;
    answer.body = {{"health", "active"}, {"old_directories", nlohmann::json::array()}};
    out.push_back(std::move(answer));
  }
  return out;
}

void set_back(NodeAnswer& seen_by, const char* node, bool caught_up) {
  seen_by.body["old_directories"].push_back(
      {{"node", node}, {"caught_up", caught_up}, {"detail", "it holds 0"}, {"to_do", "look"}});
}

TEST(ClusterFindings, ThreeActiveNodesServe) {
  const Verdict verdict = judge_cluster(all_active());
  EXPECT_TRUE(verdict.serving);
  EXPECT_EQ(verdict.text, "SERVING with three nodes");
  EXPECT_EQ(verdict.exit_code, kExitDone);
}

TEST(ClusterFindings, ANodeThatLacksItsDataIsNotServing) {
  NodeAnswers answers = all_active();
  set_back(answers[1], "node-2", false);
  set_back(answers[2], "node-2", false);
  const Verdict verdict = judge_cluster(answers);
  EXPECT_FALSE(verdict.serving);
  EXPECT_NE(verdict.text.find("ALARM"), std::string::npos) << verdict.text;
  EXPECT_EQ(verdict.text.find("SERVING"), std::string::npos) << verdict.text;
  EXPECT_EQ(verdict.exit_code, kExitFailed);

  // A node that leaves the word out says nothing that calms.
  answers[2].body["old_directories"][0].erase("caught_up");
  EXPECT_FALSE(judge_cluster(answers).serving);
}

/// It may be the corrupt one: then a word of it would page people and keep keys from being made.
TEST(ClusterFindings, WhatOneNodeAloneSaysIsToldAndDecidesNothing) {
  NodeAnswers answers = all_active();
  set_back(answers[0], "node-2", false);
  set_back(answers[0], "node-3", false);
  set_back(answers[2], "node-1", false);
  EXPECT_TRUE(judge_cluster(answers).serving);
  EXPECT_FALSE(why_make_no_key(answers));
  EXPECT_EQ(alarms_of(answers).size(), 3U);
}

TEST(ClusterFindings, ANodeThatHasCaughtUpServesAndStaysToBeTold) {
  NodeAnswers answers = all_active();
  set_back(answers[0], "node-2", true);
  EXPECT_TRUE(judge_cluster(answers).serving);
  EXPECT_FALSE(why_make_no_key(answers));
  ASSERT_EQ(alarms_of(answers).size(), 1U);
  EXPECT_EQ(alarms_of(answers).front().text(),
            "node-1 sees that node-2 was started with an old data directory: it holds 0. "
            "To do: look");
}

TEST(ClusterFindings, NoKeyIsMadeWhileANodeLacksItsData) {
  NodeAnswers answers = all_active();
  EXPECT_FALSE(why_make_no_key(answers));
  set_back(answers[0], "node-2", true);
  EXPECT_FALSE(why_make_no_key(answers));
  set_back(answers[1], "node-3", false);
  set_back(answers[2], "node-3", false);
  const std::optional<std::string> why = why_make_no_key(answers);
  ASSERT_TRUE(why);
  EXPECT_TRUE(why->starts_with("node-2 sees that node-3 was started with an old data directory"));
  EXPECT_NE(why->find("--despite-alarm"), std::string::npos);
}

TEST(ClusterFindings, ClocksAreComparedWhenTheAnswersCame) {
  NodeAnswers answers = all_active();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers[i].arrived_ms = 1'000'000 + 4'000 * static_cast<std::int64_t>(i);
    answers[i].body["wall_milliseconds"] = answers[i].arrived_ms - 3;
    EXPECT_EQ(clock_ahead_ms(answers[i]), -3);
  }
  EXPECT_TRUE(warnings_of(answers).empty()) << warnings_of(answers).front();
  answers[1].body["wall_milliseconds"] = answers[1].arrived_ms - 2'500;
  ASSERT_EQ(warnings_of(answers).size(), 1U);
  EXPECT_NE(warnings_of(answers).front().find("clocks differ by 2497 ms"), std::string::npos);
  answers[1].body["wall_milliseconds"] = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(warnings_of(answers).size(), 1U);
}

TEST(ClusterFindings, ANodeThatIsAwayOrNotActiveIsNotServing) {
  NodeAnswers answers = all_active();
  answers[1].body["health"] = "unavailable";
  EXPECT_FALSE(judge_cluster(answers).serving);
  EXPECT_EQ(judge_cluster(answers).exit_code, kExitFailed);
  answers[1].unreachable = Error(Errc::link_closed, "nobody listens");
  EXPECT_FALSE(judge_cluster(answers).serving);
  EXPECT_EQ(judge_cluster(answers).exit_code, kExitUnreachable);
}

}  // namespace
}  // namespace tercet::cli
