#include "node/cli/dev_layout.h"

#include <gtest/gtest.h>

#include "core/config/admin_config.h"
#include "core/config/node_config.h"
#include "core/config/proxy_config.h"
#include "node/cli/dev_files.h"
#include "tests/support/temporary_directory.h"

namespace tercet::cli {
namespace {

using test::TemporaryDirectory;

TEST(DevState, ReadsBackWhatItWrote) {
  const TemporaryDirectory dir;
  const DevLayout layout(dir.path());
  EXPECT_FALSE(load_dev_state(layout).value().has_value());
  DevState state;
  state.cluster_id = "00";
  state.access_key_id = "AAAA";
  state.ports["kms"] = 4599;
  state.processes.emplace_back("node-1", 42, 7);
  ASSERT_TRUE(save_dev_state(layout, state).ok());
  const DevState read = load_dev_state(layout).value().value();
  EXPECT_EQ(read.print(), state.print());
  EXPECT_EQ(read.processes[0].pid, 42);
  EXPECT_FALSE(DevState::parse("{}").ok());
  EXPECT_FALSE(DevState::parse(R"({"format":1,"cluster_id":1})").ok());
}

TEST(DevFiles, AreConfigurationThatTheProgramsRead) {
  const TemporaryDirectory dir;
  const DevLayout layout(dir.file("cluster"));
  DevState state;
  ASSERT_TRUE(make_dev_keys(layout, state, 2).ok());
  ASSERT_TRUE(choose_dev_ports(state, 2, true).ok());
  ASSERT_TRUE(write_dev_configs(layout, state, 2).ok());
  const auto admin = load_admin_config(layout.admin_yaml());
  ASSERT_TRUE(admin.ok()) << admin.error().to_string();
  EXPECT_EQ(admin->cluster.nodes.size(), 3U);
  EXPECT_EQ(admin->cluster.stores.at(0).uri_path, kDevUriPath);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto node = load_node_config(layout.file(DevLayout::node(i) + ".yaml"));
    ASSERT_TRUE(node.ok()) << node.error().to_string();
    EXPECT_EQ(node->self().admin_address.port, state.ports.at(DevLayout::node(i) + " admin"));
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const auto proxy = load_proxy_config(layout.file(DevLayout::proxy(i) + ".yaml"));
    ASSERT_TRUE(proxy.ok()) << proxy.error().to_string();
    EXPECT_EQ(proxy->xks_access, ProxyConfig::XksAccess::private_network);
  }
}

TEST(DevFiles, KeepKeysAndPortsWhenMadeAgain) {
  const TemporaryDirectory dir;
  const DevLayout layout(dir.file("cluster"));
  DevState state;
  ASSERT_TRUE(make_dev_keys(layout, state, 1).ok());
  ASSERT_TRUE(choose_dev_ports(state, 1, true).ok());
  const std::string ca = read_text_file(layout.file("keys/link-ca.crt")).value();
  const std::string secret = read_text_file(layout.secret_file()).value();
  const std::string before = state.print();
  ASSERT_TRUE(make_dev_keys(layout, state, 1).ok());
  ASSERT_TRUE(choose_dev_ports(state, 1, true).ok());
  EXPECT_EQ(state.print(), before);
  EXPECT_EQ(read_text_file(layout.file("keys/link-ca.crt")).value(), ca);
  EXPECT_EQ(read_text_file(layout.secret_file()).value(), secret);
  EXPECT_EQ(state.access_key_id.size(), 20U);
  EXPECT_EQ(secret.size(), 44U);
}

}  // namespace
}  // namespace tercet::cli
