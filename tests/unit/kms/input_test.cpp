// Section 4's limits, AWS's wording, and the command line.

#include "tests/kms/input.h"

#include <gtest/gtest.h>

#include "tests/kms/options.h"
#include "tests/kms/rules.h"

namespace tercet::kms {
namespace {

TEST(Input, FaultsHaveTheWordsOfAws) {
  const Json body{{"Plaintext", "YWI="}, {"Limit", 0}, {"Name", "a b"}};
  Input input(body);
  input.required_blob("Plaintext", 1, 1);
  input.integer("Limit", 1, 10);
  input.text("Name", rules::kAliasName);
  input.required_text("KeyId", rules::kKeyId);
  const Verdict verdict = input.done();
  ASSERT_FALSE(verdict.ok());
  EXPECT_EQ(verdict.error().name, "ValidationException");
  EXPECT_EQ(verdict.error().message,
            "4 validation errors detected: Value at 'plaintext' failed to satisfy constraint: "
            "Member must have length less than or equal to 1; Value '0' at 'limit' failed to "
            "satisfy constraint: Member must have value greater than or equal to 1; Value 'a b' at "
            "'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "
            "^[a-zA-Z0-9:/_-]+$; Value null at 'keyId' failed to satisfy constraint: Member must "
            "not be null");
}

bool accepts(const TextRule& rule, const std::string& text) {
  const Json body{{"M", text}};
  Input input(body);
  input.text("M", rule);
  return input.done().ok();
}

TEST(Rules, AreThoseOfTheModel) {
  EXPECT_TRUE(accepts(rules::kEndpoint, "https://proxy.example.com"));
  EXPECT_FALSE(accepts(rules::kEndpoint, "https://proxy.example.com:8443"));
  EXPECT_TRUE(accepts(rules::kLocalEndpoint, "https://proxy.example.com:8443"));
  EXPECT_FALSE(accepts(rules::kLocalEndpoint, "https://proxy.example.com:"));
  EXPECT_FALSE(accepts(rules::kLocalEndpoint, "https://proxy.example.com/path"));
  EXPECT_FALSE(accepts(rules::kEndpoint, "http://proxy.example.com"));
  EXPECT_TRUE(accepts(rules::kUriPath, "/kms/xks/v1"));
  EXPECT_TRUE(accepts(rules::kUriPath, "/a/b-c_d/kms/xks/v12"));
  EXPECT_FALSE(accepts(rules::kUriPath, "/kms/xks/v123"));
  EXPECT_FALSE(accepts(rules::kUriPath, "/a b/kms/xks/v1"));
  EXPECT_FALSE(accepts(rules::kUriPath, "x/kms/xks/v1"));
  EXPECT_TRUE(accepts(rules::kAccessKeyId, "ABCDEFGHIJKLMNOPQRST"));
  EXPECT_FALSE(accepts(rules::kAccessKeyId, "ABCDEFGHIJKLMNOPQRS"));
  EXPECT_FALSE(accepts(rules::kAccessKeyId, "ABCDEFGHIJKLMNOPQRS1"));
  EXPECT_TRUE(accepts(rules::kSecret, std::string(43, 'x')));
  EXPECT_FALSE(accepts(rules::kSecret, std::string(65, 'x')));
  EXPECT_FALSE(accepts(rules::kSecret, std::string(43, '*')));
  EXPECT_TRUE(accepts(rules::kVpcService, "com.amazonaws.vpce.us-east-1.vpce-svc-0abc"));
  EXPECT_TRUE(accepts(rules::kVpcService, "com.amazonaws.vpce.us-gov-west-1.vpce-svc-0abc"));
  EXPECT_FALSE(accepts(rules::kVpcService, "com.amazonaws.vpce.useast1.vpce-svc-0abc"));
  EXPECT_FALSE(accepts(rules::kVpcService, "org.amazonaws.vpce.us-east-1.vpce-svc-0abc"));
  EXPECT_TRUE(accepts(rules::kXksKeyId, "a-B_1."));
  EXPECT_FALSE(accepts(rules::kXksKeyId, "a/b"));
  EXPECT_FALSE(accepts(rules::kXksKeyId, std::string(129, 'x')));
  EXPECT_TRUE(accepts(rules::kDescription, ""));
  EXPECT_FALSE(accepts(rules::kDescription, std::string(8193, 'x')));
}

TEST(Options, AreThoseOfTheReference) {
  const auto options = parse_options({"--listen",
                                      "127.0.0.1:0",
                                      "--region",
                                      "eu-west-1",
                                      "--state",
                                      "s",
                                      "--xks-ca",
                                      "a",
                                      "--xks-ca",
                                      "b",
                                      "--connect-to",
                                      "p.example:443:127.0.0.1:8443",
                                      "--xks-timeout-ms=100",
                                      "--strict"});
  ASSERT_TRUE(options.ok()) << options.error().what();
  EXPECT_EQ(options->region, "eu-west-1");
  EXPECT_EQ(options->xks_ca, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options->connect_to.at("p.example:443"), "127.0.0.1:8443");
  EXPECT_EQ(options->xks_timeout, Milliseconds(100));
  EXPECT_TRUE(options->strict);
}

TEST(Options, FaultyOnesAreRefused) {
  for (const std::vector<std::string>& extra :
       std::vector<std::vector<std::string>>{{"--bogus"},
                                             {"word"},
                                             {"--region"},
                                             {"--strict=yes"},
                                             {"--xks-timeout-ms", "x"},
                                             {"--xks-timeout-ms", "0"},
                                             {"--inner-overhead", "60"},
                                             {"--inner-overhead", "205"},
                                             {"--account", "1"},
                                             {"--connect-to", "p.example:443"},
                                             {"--mtls-cert", "f"},
                                             {"--require-identity"},
                                             {"--region", "US East"}}) {
    std::vector<std::string> words = {"--listen", "127.0.0.1:0"};
    words.insert(words.end(), extra.begin(), extra.end());
    EXPECT_FALSE(parse_options(words).ok()) << extra[0];
  }
  EXPECT_FALSE(parse_options({}).ok());
  EXPECT_TRUE(parse_options({"--help"}).ok());
}

}  // namespace
}  // namespace tercet::kms
