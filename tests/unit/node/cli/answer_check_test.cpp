#include "node/cli/answer_check.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tercet::cli {
namespace {

bool readable(const char* text) {
  return is_readable_answer(nlohmann::json::parse(text, nullptr, false));
}

TEST(AnswerCheck, TakesWhatNodesSay) {
  EXPECT_TRUE(readable(R"({"node":"node-1","health":"active","detail":"","keys":2,
      "peers":[{"peer":"node-2","up":true,"rtt_us":null}],"stock_minutes":2.5,"warnings":["low"],"commands":null})"));
  EXPECT_TRUE(readable(
      R"({"node":"node-1","keys":[{"id":"k","state":"enabled","blocks":[],"versions":[{"version":1}]}]})"));
}

TEST(AnswerCheck, TakesWhatIsOpenAndWhoIsSetBack) {
  EXPECT_TRUE(readable(R"({"keys":2,"permits":null,
      "decisions":[{"kind":"make","sid":"00","keys":["k version 2"],"open_s":3,"to_do":""}],
      "old_directories":[{"node":"node-2","caught_up":false,"detail":"","to_do":""}]})"));
}

TEST(AnswerCheck, RefusesMembersOfAnotherType) {
  for (const char* text : {R"([])",
                           R"({"state":5})",
                           R"({"blocks":"1"})",
                           R"({"versions":[1]})",
                           R"({"wall_milliseconds":1.5})",
                           R"({"warnings":{}})",
                           R"({"peers":[1]})",
                           R"({"peers":[{"up":"yes"}]})",
                           R"({"keys":[[]]})",
                           R"({"keys":["k"]})",
                           R"({"keys":"k"})",
                           R"({"decisions":["make"]})",
                           R"({"decisions":[{"keys":[{"id":"k"}]}]})",
                           R"({"permits":"none"})",
                           R"({"old_directories":["node-2"]})",
                           R"({"old_directories":[{"caught_up":"no"}]})",
                           R"({"keys":[{"id":null}]})",
                           "not JSON"}) {
    EXPECT_FALSE(readable(text)) << text;
  }
}

TEST(AnswerCheck, RefusesDeepNesting) {
  const std::size_t depth = 30'000;
  const std::string text = R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  EXPECT_FALSE(readable(text.c_str()));
}

TEST(AnswerCheck, RefusesWhatATerminalWouldObey) {
  EXPECT_FALSE(readable(R"({"message":"\u001b[2J"})"));
  EXPECT_FALSE(readable(R"({"warnings":["fine\nnode-2  active"]})"));
  EXPECT_FALSE(readable(R"({"\u009b":1})"));
}

}  // namespace
}  // namespace tercet::cli
