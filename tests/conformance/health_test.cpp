// GetHealthStatus: rows 109, 110 and 116. What happens while nodes are away: trouble_test.cpp.

#include <fstream>

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

TEST(Conformance_Row109, EveryMemberForEveryKmsOperation) {
  for (const char* operation : {"CreateCustomKeyStore",
                                "ConnectCustomKeyStore",
                                "UpdateCustomKeyStore",
                                "KmsHealthCheck"}) {
    SCOPED_TRACE(operation);
    const Json body{{"requestMetadata", {{"kmsOperation", operation}, {"kmsRequestId", "id"}}}};
    const XksReply reply = client().post("/health", body.dump());
    ASSERT_EQ(reply.status, 200U) << reply.text();
    EXPECT_EQ(reply.json.size(), 5U);
    EXPECT_TRUE(reply.json.at("xksProxyFleetSize").is_number_integer());
    EXPECT_EQ(reply.json.at("xksProxyFleetSize"), 3);
    for (const char* member : {"xksProxyVendor", "xksProxyModel", "ekmVendor"}) {
      ASSERT_TRUE(reply.json.at(member).is_string());
      EXPECT_FALSE(reply.json.at(member).get<std::string>().empty());
    }
    const Json& fleet = reply.json.at("ekmFleetDetails");
    ASSERT_EQ(fleet.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(fleet[i].size(), 3U);
      EXPECT_EQ(fleet[i].at("id"), "node-" + std::to_string(i + 1));
      EXPECT_FALSE(fleet[i].at("model").get<std::string>().empty());
      const std::string status = fleet[i].at("healthStatus");
      EXPECT_TRUE(status == "ACTIVE" || status == "DEGRADED") << status;
    }
  }
}

TEST(Conformance_Row110, BadHealthRequests) {
  expect_validation(client().post("/health", "{}"));
  expect_validation(client().post("/health", R"({"requestMetadata":{}})"));
  const LiveEndpoint& endpoint = client().endpoint();
  LiveCredential wrong = endpoint.credential;
  wrong.secret_access_key = "Invalid" + wrong.secret_access_key;
  expect_unauthenticated(client().call([&] {
    XksMessage message = client().message("/health", health_body());
    message.sign(wrong);
    return message;
  }));
  expect_error(client().call([&] {
    XksMessage message(endpoint, "/dev/invalid/kms/xks/v1/health", health_body());
    message.sign(endpoint.credential);
    return message;
  }),
               404,
               "InvalidUriPathException");
}

TEST(Conformance_Row116, TheCheckUsesTheTestKeyAlone) {
  // Nodes note the key of every operation, and which credential asked for it.
  const LiveCluster& cluster = live_cluster();
  const auto checks = [&](const std::string& node) {
    std::ifstream audit(cluster.file(node + "/audit.jsonl"));
    std::size_t count = 0;
    for (std::string line; std::getline(audit, line);) {
      const Json entry = Json::parse(line, nullptr, false);
      const std::string operation = entry.is_object() && entry.value("event", "") == "operation"
                                        ? entry.value("operation", "")
                                        : "";
      const bool by_the_proxy = operation == "health_encrypt" || operation == "health_decrypt";
      if (by_the_proxy) {
        EXPECT_EQ(entry.value("key", ""), "health") << line;
        ++count;
      } else if (operation == "encrypt" || operation == "decrypt") {
        EXPECT_NE(entry.value("access_key_id", ""), "") << line;
      }
    }
    return count;
  };
  for (const char* node : {"node-1", "node-2", "node-3"}) {
    EXPECT_TRUE(eventually([&] { return checks(node) > 0; })) << node;
  }
}

}  // namespace
}  // namespace tercet::test
