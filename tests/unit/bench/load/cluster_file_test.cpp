#include "bench/load/cluster_file.h"

#include <gtest/gtest.h>

namespace tercet::bench {
namespace {

constexpr const char* kDevJson = R"({
  "proxies": [{"endpoint": "https://localhost:8443", "uri_path": "/dev/kms/xks/v1",
    "ca_file": "ca.crt", "metrics": "http://127.0.0.1:1/metrics", "pid": 11, "log": "x",
    "credential": {"AccessKeyId": "AAAA", "RawSecretAccessKey": "BBBB"}}],
  "nodes": [{"id": "node-1", "pid": 12, "metrics": "http://127.0.0.1:2/metrics", "admin": "x"}],
  "kms": {"endpoint": "http://127.0.0.1:3", "region": "eu-central-1", "pid": 13},
  "admin_config": "admin.yaml"})";

TEST(ClusterFile, ReadsWhatDevUpWrites) {
  const Result<ClusterFile> cluster = ClusterFile::parse(kDevJson);
  ASSERT_TRUE(cluster.ok()) << cluster.error().to_string();
  EXPECT_EQ(cluster->authority(), "localhost:8443");
  EXPECT_EQ(cluster->uri_path, "/dev/kms/xks/v1");
  EXPECT_EQ(cluster->access_key_id, "AAAA");
  EXPECT_EQ(cluster->secret, "BBBB");
  EXPECT_EQ(cluster->region, "eu-central-1");
  EXPECT_EQ(cluster->admin_config, "admin.yaml");
  ASSERT_EQ(cluster->nodes.size(), 1U);
  EXPECT_EQ(cluster->nodes[0].name, "node-1");
  EXPECT_EQ(cluster->nodes[0].pid, 12);
  ASSERT_EQ(cluster->proxies.size(), 1U);
  EXPECT_EQ(cluster->proxies[0].metrics, "http://127.0.0.1:1/metrics");
  EXPECT_FALSE(cluster->known_key.has_value());
}

TEST(ClusterFile, RefusesWhatIsNone) {
  for (const char* text :
       {"", "{}", "[]", R"({"proxies":[]})", R"({"proxies":[{"endpoint":1}]})"}) {
    const Result<ClusterFile> cluster = ClusterFile::parse(text);
    ASSERT_FALSE(cluster.ok()) << text;
    EXPECT_EQ(cluster.error().code(), Errc::config_error);
  }
}

}  // namespace
}  // namespace tercet::bench
