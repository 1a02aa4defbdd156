#include "core/xks/secret_json.h"

#include <gtest/gtest.h>

namespace tercet::xks {
namespace {

bool accepted(std::string_view text) {
  return SecretJson::parse(as_bytes(text)).ok();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(SecretJson, ReadsEveryKind) {
  const auto parsed = SecretJson::parse(as_bytes(
      R"( {"s":"a\u00e4\ud83d\ude00\"\\\/\b\f\n\r\t","n":-12,"f":1.5e+3,"t":true,"x":false,"z":null,"a":[1,[]]} )"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->find("s")->string(), "a\xc3\xa4\xf0\x9f\x98\x80\"\\/\b\f\n\r\t");
  EXPECT_EQ(parsed->find("n")->integer(), -12);
  EXPECT_FALSE(parsed->find("f")->integer());
  EXPECT_EQ(parsed->find("f")->number_text(), "1.5e+3");
  EXPECT_EQ(parsed->find("t")->boolean(), true);
  EXPECT_EQ(parsed->find("z"), nullptr);
  EXPECT_EQ(parsed->find("missing"), nullptr);
  EXPECT_EQ(parsed->find("a")->elements().size(), 2U);
  EXPECT_EQ(parsed->members().size(), 7U);
}

TEST(SecretJson, RefusesWhatIsNotJson) {
  for (const std::string_view bad : {"",
                                     " ",
                                     "{",
                                     "}",
                                     "[1,]",
                                     "{\"a\":1,}",
                                     "{\"a\"}",
                                     "{a:1}",
                                     "{'a':1}",
                                     "[1 2]",
                                     "01",
                                     "-",
                                     "1.",
                                     ".5",
                                     "1e",
                                     "+1",
                                     "nul",
                                     "tru",
                                     "NaN",
                                     "\"",
                                     "\"\\x\"",
                                     "\"\\u12\"",
                                     "\"\\ud800\"",
                                     "\"\\ud800\\u0041\"",
                                     "\"\\udc00\"",
                                     "\"\n\"",
                                     "\"\xff\"",
                                     "\"\xc0\x80\"",
                                     "\"\xed\xa0\x80\"",
                                     "\"\xf4\x90\x80\x80\"",
                                     "\"\xe4\xb8\"",
                                     "[1]x",
                                     "// c\n1"}) {
    EXPECT_FALSE(accepted(bad)) << bad;
  }
}

TEST(SecretJson, RefusesAMemberGivenTwice) {
  EXPECT_FALSE(accepted(R"({"a":1,"a":1})"));
  EXPECT_FALSE(accepted(R"({"a":1,"\u0061":1})"));
  EXPECT_TRUE(accepted(R"({"a":{"a":1}})"));
}

TEST(SecretJson, IsBounded) {
  EXPECT_TRUE(accepted(nested(8)));
  EXPECT_FALSE(accepted(nested(9)));
  EXPECT_FALSE(accepted(nested(20000)));
  EXPECT_FALSE(accepted(std::string(10000, '1')));
  std::string members = "{";
  for (int i = 0; i < 64; ++i) {
    members += (i > 0 ? ",\"m" : "\"m") + std::to_string(i) + "\":0";
  }
  EXPECT_TRUE(accepted(members + "}"));
  EXPECT_FALSE(accepted(members + ",\"one more\":0}"));
}

TEST(SecretJson, NoProperPrefixIsAccepted) {
  const std::string text = R"({"a":["b",{"c":null}],"d":"\u00e4"})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(accepted(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(SecretJson, PrintsAnyTextAsOneString) {
  std::string out;
  append_json_string(out, std::string_view("a\"\\\n\0\x7f\xff\xc3\xa4", 9));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0000\\u007f\xef\xbf\xbd\xc3\xa4\"");
}

}  // namespace
}  // namespace tercet::xks
