// GetKeyMetadata: rows 70 to 75.

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

XksReply ask(const std::string& key, const std::string& operation = "CreateKey") {
  return client().post("/keys/" + key + "/metadata", metadata_body(operation));
}

TEST(Conformance_Row70_71, NormalKey) {
  for (const char* operation : {"CreateKey", "DescribeKey"}) {
    const XksReply reply = ask("normal", operation);
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.raw.body,
              R"({"keySpec":"AES_256","keyUsage":["ENCRYPT","DECRYPT"],"keyStatus":"ENABLED"})");
  }
}

TEST(Conformance_Row72_75, UsageOfKeys) {
  const std::pair<const char*, Json> keys[] = {{"encrypt_only_key", {"ENCRYPT"}},
                                               {"decrypt_only_key", {"DECRYPT"}},
                                               {"impotent_key", Json::array()}};
  for (const auto& [key, usage] : keys) {
    const XksReply reply = ask(key);
    EXPECT_EQ(reply.status, 200U) << reply.text();
    EXPECT_EQ(reply.json.at("keyUsage"), usage) << key;
    EXPECT_EQ(reply.json.at("keyStatus"), "ENABLED");
    EXPECT_EQ(reply.json.at("keySpec"), "AES_256");
    EXPECT_EQ(reply.json.size(), 3U);
  }
}

TEST(Conformance_Row73, DisabledKey) {
  const XksReply reply = ask("disabled_key");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.raw.body,
            R"({"keySpec":"AES_256","keyUsage":["ENCRYPT","DECRYPT"],"keyStatus":"DISABLED"})");
}

TEST(Conformance_Row74, NonexistentKey) {
  expect_error(ask("non_existing_key"), 404, "KeyNotFoundException");
  expect_error(ask("health"), 404, "KeyNotFoundException");  // the key of the health check
}

}  // namespace
}  // namespace tercet::test
