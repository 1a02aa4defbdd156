#include "node/cli/command_ending.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tercet::cli {
namespace {

constexpr std::int64_t kExpiresAt = 1'764'547'200;
constexpr const char* kExpiry = "2025-12-01 00:00:00 UTC";

/// "" stands for no answer, "refused" for a refusal.
NodeAnswers nodes_say(const std::vector<std::string>& states) {
  NodeAnswers out;
  for (const std::string& state : states) {
    NodeAnswer answer;
    answer.status = state == "refused" ? 409 : 200;
    answer.body = {{"state", state}};
    if (state.empty()) {
      answer.unreachable = Error(Errc::link_closed, "nobody listens");
    }
    out.push_back(std::move(answer));
  }
  return out;
}

std::string ending(node::CommandForm form, const std::vector<std::string>& states) {
  return what_may_still_come(form, nodes_say(states), kExpiresAt);
}

TEST(CommandEnding, WhatANodeHasTakenMayStillCome) {
  for (const node::CommandForm form : {node::CommandForm::making, node::CommandForm::permit}) {
    for (const auto& states : {std::vector<std::string>{"accepted", "accepted", "accepted"},
                               std::vector<std::string>{"accepted", "", ""},
                               std::vector<std::string>{"", "", ""},
                               std::vector<std::string>{"refused", "", "refused"}}) {
      const std::string said = ending(form, states);
      EXPECT_NE(said.find("may still"), std::string::npos) << said;
      EXPECT_NE(said.find(kExpiry), std::string::npos) << said;
    }
  }
  EXPECT_NE(ending(node::CommandForm::block, {"", "", ""}).find(kExpiry), std::string::npos);
}

TEST(CommandEnding, ABlockAtOneNodeComesWithoutExpiry) {
  const std::string said = ending(node::CommandForm::block, {"done", "", ""});
  EXPECT_NE(said.find("comes into force, at whatever time"), std::string::npos) << said;
  EXPECT_EQ(said.find(kExpiry), std::string::npos) << said;
}

TEST(CommandEnding, WhatIsOverOrRefusedByAllDoesNotCome) {
  EXPECT_EQ(ending(node::CommandForm::making, {"failed", "accepted", "accepted"}),
            "it is over: it will not come into force");
  EXPECT_EQ(ending(node::CommandForm::making, {"refused", "refused", "refused"}),
            "no node has taken it: nothing has changed");
}

TEST(CommandEnding, WhoHasNotConfirmedWhatIsInForceIsNamed) {
  NodeAnswers said = nodes_say({"done", "", "done"});
  EXPECT_FALSE(
      in_force_without_note(node::CommandForm::block, nodes_say({"done", "done", "done"})));
  said[1].node = "node-2";
  const std::string block = in_force_without_note(node::CommandForm::block, said).value_or("");
  EXPECT_NE(block.find("not confirmed by node-2: the other nodes pass it on"), std::string::npos);
  EXPECT_NE(block.find("nothing is left to do"), std::string::npos) << block;
  const std::string permit = in_force_without_note(node::CommandForm::permit, said).value_or("");
  EXPECT_NE(permit.find("until then it refuses the key"), std::string::npos) << permit;
}

}  // namespace
}  // namespace tercet::cli
