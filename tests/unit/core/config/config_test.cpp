#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/config/admin_config.h"
#include "core/config/cluster_config.h"
#include "core/config/cluster_digest.h"
#include "core/config/node_config.h"
#include "core/config/proxy_config.h"

namespace tercet {
namespace {

const std::string kExamples = TERCET_SOURCE_DIR "/configs/";

/// A copy of the examples in which one text is replaced by another.
class Examples : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "config.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern + '/';
    for (const char* name :
         {"cluster.yaml", "node.yaml", "proxy.yaml", "proxy-operators.yaml", "admin.yaml"}) {
      std::filesystem::copy_file(kExamples + name, folder_ + name);
    }
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    std::ifstream in(folder_ + name);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    std::ofstream(folder_ + name) << text.replace(at, from.size(), to);
  }

  std::string path(const std::string& name) const { return folder_ + name; }

 private:
  std::string folder_;
};

template <class T>
std::string problems(const Result<T>& loaded) {
  EXPECT_FALSE(loaded.ok());
  if (loaded) {
    return "loaded";
  }
  EXPECT_EQ(loaded.error().code(), Errc::config_error);
  return loaded.error().what();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Examples, EachOneLoads) {
  const Result<ClusterConfig> cluster = load_cluster_config(path("cluster.yaml"));
  ASSERT_TRUE(cluster.ok()) << cluster.error().to_string();
  EXPECT_EQ(cluster->nodes.size(), 3U);
  EXPECT_EQ(cluster->quorum, 2U);
  EXPECT_EQ(cluster->membership, MembershipNumber(1));
  ASSERT_EQ(cluster->find_node("node-2")->tls_pins.size(), 1U);
  EXPECT_EQ(print_key_pin(cluster->find_node("node-2")->tls_pins.front()),
            "vokhQUMEIIbab7OiTE+Ziglj2FVxm+yvSBEhmmLxENk=");
  EXPECT_EQ(cluster->ca_file, path("link-ca.crt"));
  EXPECT_EQ(cluster->find_node("node-2")->index, 2);
  EXPECT_EQ(cluster->find_node("node-4"), nullptr);
  EXPECT_EQ(cluster->find_store_by_access_key("BETWEENTHREENODES234")->name, "payments");
  const Result<NodeConfig> node = load_node_config(path("node.yaml"));
  ASSERT_TRUE(node.ok()) << node.error().to_string();
  EXPECT_EQ(node->self().peer_address.text(), "node-1.tercet.internal:7001");
  EXPECT_EQ(node->stock.batch_vectors, NodeConfig::Stock().batch_vectors);
  EXPECT_EQ(node->stock.derived_sets, NodeConfig::Stock().derived_sets);
  const Result<ProxyConfig> proxy = load_proxy_config(path("proxy.yaml"));
  ASSERT_TRUE(proxy.ok()) << proxy.error().to_string();
  EXPECT_EQ(proxy->xks_access, ProxyConfig::XksAccess::mutual_tls);
  EXPECT_TRUE(proxy->warnings.empty());
  EXPECT_EQ(proxy->limits.request_deadline_ms, ProxyConfig::Limits().request_deadline_ms);
  const Result<AdminConfig> admin = load_admin_config(path("admin.yaml"));
  ASSERT_TRUE(admin.ok()) << admin.error().to_string();
  EXPECT_EQ(admin->signing_key_file, path("keys/alice.signing"));
}

TEST_F(Examples, TheOperatorsShapeLoads) {
  const Result<ProxyConfig> proxy = load_proxy_config(path("proxy-operators.yaml"));
  ASSERT_TRUE(proxy.ok()) << proxy.error().to_string();
  EXPECT_EQ(proxy->key_prefix, "xks-");
  EXPECT_EQ(proxy->listen_address.port, 443);
  EXPECT_EQ(proxy->cluster.nodes[2].proxy_address.host, "node-3.tercet.internal");
  EXPECT_TRUE(proxy->warnings.empty());
}

TEST_F(Examples, TheOperatorsShapeWithoutAccessIsAcceptedWithAWarning) {
  replace("proxy-operators.yaml", "  xks_access: mutual_tls  ", "  ");
  const Result<ProxyConfig> proxy = load_proxy_config(path("proxy-operators.yaml"));
  ASSERT_TRUE(proxy.ok()) << proxy.error().to_string();
  EXPECT_EQ(proxy->xks_access, ProxyConfig::XksAccess::unstated);
  EXPECT_EQ(proxy->warnings.size(), 1U);
}

TEST_F(Examples, OwnShapeMustStateTheAccess) {
  replace("proxy.yaml", "xks_access: mutual_tls", "");
  EXPECT_TRUE(has(problems(load_proxy_config(path("proxy.yaml"))), "xks_access: is missing"));
}

TEST_F(Examples, MutualTlsNeedsNames) {
  replace("proxy.yaml", "client_names: [", "# [");
  EXPECT_TRUE(has(problems(load_proxy_config(path("proxy.yaml"))), "needs client_ca"));
}

TEST_F(Examples, AllProblemsAreReportedTogetherWithTheirLines) {
  replace("node.yaml", "id: node-1", "id: node-1\nidd: node-1");
  replace("node.yaml", "127.0.0.1:9101", "127.0.0.1");
  replace("node.yaml", "batch_vectors: 65536", "batch_vectors: 7");
  replace("node.yaml", "derived_sets: 2000", "derived_sets: 0");
  replace("node.yaml", "level: info", "level: loud");
  const std::string text = problems(load_node_config(path("node.yaml")));
  EXPECT_TRUE(has(text, "node.yaml:5: idd: is not a key that is known here")) << text;
  EXPECT_TRUE(has(text, "metrics_address: expected host:port")) << text;
  EXPECT_TRUE(has(text, "stock.batch_vectors: expected 65536 to 131072")) << text;
  EXPECT_TRUE(has(text, "stock.derived_sets: expected 16 to 10000")) << text;
  EXPECT_TRUE(has(text, "log.level: expected debug")) << text;
  EXPECT_TRUE(has(text, "5 problems")) << text;
}

TEST_F(Examples, ClusterMistakesAreRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"pair_mode: \"off\"", "pair_mode: allowed"},
      {"pair_mode: \"off\"", ""},
      {"quorum: 2", "quorum: 3"},
      {"index: 2", "index: 1"},
      {"index: 2", "index: 4"},
      {"id: node-2", "id: node-1"},
      {"name: bob", "name: alice"},
      {"name: proxy-2", "name: proxy-1"},
      {"node-2.tercet.internal:7001", "node-2.tercet.internal:70010"},
      {"/payments/kms/xks/v1", "/payments/kms/xks/v2"},
      {"/payments/kms/xks/v1", "/pay ments/kms/xks/v1"},
      {"/payments/kms/xks/v1", "/pay//ments/kms/xks/v1"},
      {"/payments/kms/xks/v1", "//kms/xks/v1"},
      {"BETWEENTHREENODES234", "TOOSHORT"},
      {"health_key: health", "health_key: \"he/alth\""},
      {"cluster_id: \"", "cluster_id: \"00"},
      {"quorum: 2", "quorum: 2\nquorum: 1"},
      {"nodes:", "nodes: 3\nothers:"},
      {"signing_public_key: \"", "signing_public_key: \"AA"},
      {"membership: 1", "membership: 0"},
      {"membership: 1", "membership: 4294967296"},
      {"tls_pins: [\"", "tls_pins: [\"AA"},
      {"tls_pins: [\"9HAh4klJOIzwSYk1T7puA0thrVSZ4kctYnqaViA+Eiw=\"]", ""},
      {"tls_pins: [\"9HAh4klJOIzwSYk1T7puA0thrVSZ4kctYnqaViA+Eiw=\"]", "tls_pins: []"},
      {"jFXRMRfT+VO3hmojp+mOxFxfiXmMSjLtgptWjCmDVEI=",  // node-1's and node-2's
       "vokhQUMEIIbab7OiTE+Ziglj2FVxm+yvSBEhmmLxENk="},
  };
  for (const auto& [from, to] : cases) {
    std::filesystem::copy_file(kExamples + "cluster.yaml",
                               path("cluster.yaml"),
                               std::filesystem::copy_options::overwrite_existing);
    replace("cluster.yaml", from, to);
    EXPECT_TRUE(has(problems(load_cluster_config(path("cluster.yaml"))), "cluster.yaml:"))
        << from << " -> " << to;
  }
}

TEST_F(Examples, TheDigestIsOfAllThatMembersMustAgreeOn) {
  const auto digest = [this] {
    return digest_of(load_cluster_config(path("cluster.yaml")).value());
  };
  const Sha256Digest before = digest();
  EXPECT_EQ(digest(), before);
  const std::pair<const char*, const char*> others[] = {
      {"quorum: 2", "quorum: 1"},
      {"membership: 1", "membership: 2"},
      {"id: node-2", "id: node-9"},
      {"name: alice", "name: carol"},
      {"name: proxy-1", "name: proxy-9"},
      {"health_key: health", "health_key: other"},
      {"/payments/kms/xks/v1", "/others/kms/xks/v1"},
      {"BETWEENTHREENODES234", "BETWEENTHREENODES235"},
      {"9HAh4klJOIzwSYk1T7puA0thrVSZ4kctYnqaViA+Eiw=",
       "9HAh4klJOIzwSYk1T7puA0thrVSZ4kctYnqaViA+Eik="},
  };
  for (const auto& [from, to] : others) {
    replace("cluster.yaml", from, to);
    EXPECT_NE(digest(), before) << from << " -> " << to;
    replace("cluster.yaml", to, from);
  }
  EXPECT_EQ(digest(), before);
  replace("cluster.yaml", "node-2.tercet.internal:7001", "elsewhere.tercet.internal:7001");
  EXPECT_EQ(digest(), before) << "addresses may differ from site to site";
}

/// While a TLS key is exchanged, the old and the new one are both in force.
TEST_F(Examples, AMemberMayHaveTwoPinsAndGetOthersWhileItRuns) {
  Result<ClusterConfig> running = load_cluster_config(path("cluster.yaml"));
  ASSERT_TRUE(running.ok());
  const KeyPin before = running->find_proxy("proxy-1")->tls_pins.front();
  const KeyPin added = KeyPin();
  replace("cluster.yaml",
          print_key_pin(before),
          print_key_pin(before) + "\", \"" + print_key_pin(added));
  replace("cluster.yaml", "quorum: 2", "quorum: 1");
  const Result<ClusterConfig> fresh = load_cluster_config(path("cluster.yaml"));
  ASSERT_TRUE(fresh.ok()) << fresh.error().to_string();
  running->take_changes_of(*fresh);
  EXPECT_EQ(running->find_proxy("proxy-1")->tls_pins, (std::vector<KeyPin>{before, added}));
  EXPECT_EQ(running->quorum, 2U) << "only pins and stores are taken";
}

TEST_F(Examples, NodeNeedsASecretForEveryCredential) {
  replace("cluster.yaml",
          "[\"BETWEENTHREENODES234\"]",
          "[\"BETWEENTHREENODES234\", \"BETWEENTHREENODES235\"]");
  EXPECT_TRUE(has(problems(load_node_config(path("node.yaml"))), "BETWEENTHREENODES235"));
}

TEST_F(Examples, NamesMustStandInTheClusterFile) {
  replace("node.yaml", "id: node-1", "id: node-4");
  EXPECT_TRUE(has(problems(load_node_config(path("node.yaml"))), "is no node"));
  replace("proxy.yaml", "name: proxy-1", "name: proxy-3");
  EXPECT_TRUE(has(problems(load_proxy_config(path("proxy.yaml"))), "is no proxy"));
  replace("admin.yaml", "name: alice", "name: carol");
  EXPECT_TRUE(has(problems(load_admin_config(path("admin.yaml"))), "is no administrator"));
}

TEST_F(Examples, BrokenYamlAndAbsentFilesAreErrors) {
  EXPECT_TRUE(has(problems(load_node_config(path("absent.yaml"))), "cannot be opened"));
  replace("node.yaml", "id: node-1", "id: [node-1");
  EXPECT_TRUE(has(problems(load_node_config(path("node.yaml"))), "not YAML"));
  std::ofstream(path("node.yaml")) << "- a\n- b\n";
  EXPECT_TRUE(has(problems(load_node_config(path("node.yaml"))), "not a mapping"));
}

TEST(NetAddress, ParsesWhatItPrints) {
  for (const char* text : {"localhost:80", "127.0.0.1:0", "[::1]:65535"}) {
    EXPECT_EQ(NetAddress::parse(text)->text(), text);
  }
  for (const char* text :
       {"", "host", ":80", "host:", "host:65536", "host:-1", "host: 1", "a:b:1", "[]:1", "a/b:1"}) {
    EXPECT_FALSE(NetAddress::parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace tercet
