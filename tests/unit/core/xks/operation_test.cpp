#include "core/xks/operation.h"

#include <gtest/gtest.h>

namespace tercet::xks {
namespace {

constexpr std::string_view kBase = "/blue/kms/xks/v1";

TEST(XksOperation, FindsTheFourPaths) {
  EXPECT_EQ(parse_target("/blue/kms/xks/v1/health", kBase)->operation,
            Operation::get_health_status);
  EXPECT_EQ(parse_target("/blue/kms/xks/v1/keys/a/metadata", kBase)->operation,
            Operation::get_key_metadata);
  EXPECT_EQ(parse_target("/blue/kms/xks/v1/keys/a/encrypt", kBase)->operation, Operation::encrypt);
  const auto target = parse_target("/blue/kms/xks/v1/keys/A-z_0.9/decrypt", kBase);
  EXPECT_EQ(target->operation, Operation::decrypt);
  EXPECT_EQ(target->key.text(), "A-z_0.9");
  const std::string longest(128, 'k');
  EXPECT_TRUE(parse_target("/blue/kms/xks/v1/keys/" + longest + "/encrypt", kBase));
}

TEST(XksOperation, NormalisesNothing) {
  for (const std::string_view path : {"/blue/kms/xks/v1",
                                      "/blue/kms/xks/v1/",
                                      "/blue/kms/xks/v1/health/",
                                      "/blue/kms/xks/v1/Health",
                                      "/blue/kms/xks/v1/health?x",
                                      "/BLUE/kms/xks/v1/health",
                                      "/kms/xks/v1/health",
                                      "/blue//kms/xks/v1/health",
                                      "/blue/kms/xks/v1//health",
                                      "/blue/kms/xks/v1/keys//encrypt",
                                      "/blue/kms/xks/v1/keys/../encrypt",
                                      "/blue/kms/xks/v1/keys/./encrypt",
                                      "/blue/kms/xks/v1/keys/%66/encrypt",
                                      "/blue/kms/xks/v1/keys/a/b/encrypt",
                                      "/blue/kms/xks/v1/keys/a/encrypt/",
                                      "/blue/kms/xks/v1/keys/a",
                                      "/blue/invalid/kms/xks/v1/health"}) {
    EXPECT_FALSE(parse_target(path, kBase)) << path;
  }
}

TEST(XksOperation, KnowsBasePaths) {
  EXPECT_TRUE(is_base_path("/kms/xks/v1"));
  EXPECT_TRUE(is_base_path("/a/b-c_D/kms/xks/v1"));
  EXPECT_TRUE(is_base_path("/" + std::string(116, 'p') + "/kms/xks/v1"));
  for (const std::string_view bad : {"",
                                     "kms/xks/v1",
                                     "/kms/xks/v2",
                                     "/kms/xks/v1/",
                                     "//kms/xks/v1",
                                     "a/kms/xks/v1",
                                     "/a//b/kms/xks/v1",
                                     "/a.b/kms/xks/v1"}) {
    EXPECT_FALSE(is_base_path(bad)) << bad;
  }
  EXPECT_FALSE(is_base_path("/" + std::string(117, 'p') + "/kms/xks/v1"));
}

TEST(XksOperation, KnowsCredentialRules) {
  EXPECT_TRUE(is_access_key_id(std::string(20, 'A')));
  EXPECT_TRUE(is_access_key_id("TERCET7KEYSTORE2EXAMPLE5"));
  EXPECT_FALSE(is_access_key_id(std::string(19, 'A')));
  EXPECT_FALSE(is_access_key_id(std::string(31, 'A')));
  EXPECT_FALSE(is_access_key_id("TERCET1KEYSTORE2EXAMPLE5"));
  EXPECT_TRUE(is_secret_access_key(std::string(43, '+')));
  EXPECT_TRUE(is_secret_access_key(std::string(64, '/')));
  EXPECT_FALSE(is_secret_access_key(std::string(42, 'a')));
  EXPECT_FALSE(is_secret_access_key(std::string(65, 'a')));
  EXPECT_FALSE(is_secret_access_key(std::string(42, 'a') + "-"));
}

}  // namespace
}  // namespace tercet::xks
