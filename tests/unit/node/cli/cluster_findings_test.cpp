#include "node/cli/cluster_findings.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

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

/// It may be the corrupt one: then a word of it would page people and keep keys from being made.
TEST(ClusterFindings, WhatOneNodeAloneSaysIsToldAndDecidesNothing) {
  NodeAnswers answers = all_active();
  set_back(answers[0], "node-2", false);
  set_back(answers[0], "node-3", false);
  set_back(answers[2], "node-1", false);
  EXPECT_EQ(find_standing(alarms_of(answers)), nullptr);
  EXPECT_FALSE(why_make_no_key(answers));
  EXPECT_EQ(alarms_of(answers).size(), 3U);
}

TEST(ClusterFindings, ANodeThatHasCaughtUpServesAndStaysToBeTold) {
  NodeAnswers answers = all_active();
  set_back(answers[0], "node-2", true);
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

}  // namespace
}  // namespace tercet::cli
