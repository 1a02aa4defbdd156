// An administrator who reaches one node only: that node tells its peers at once.

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/e2e/cluster.h"
#include "tests/e2e/needles.h"
#include "tests/e2e/programs.h"

namespace tercet::test {
namespace {

constexpr const char* kKey = "spread";

/// The administrator's files, with a cluster file in which nobody answers at the admin addresses of
/// nodes 2 and 3. Returns the file for --config.
std::string files_that_reach_node_1() {
  const LiveCluster& cluster = live_cluster();
  std::stringstream lines(read_whole_file(cluster.file("cluster.yaml")));
  std::ofstream changed(cluster.file("cluster-1.yaml"));
  std::size_t node = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("admin_address:") != std::string::npos && ++node > 1) {
      line = line.substr(0, line.find(':')) + ": \"127.0.0.1:1\"";
    }
    changed << line << '\n';
  }
  EXPECT_EQ(node, kNodeNames.size());
  std::string admin = read_whole_file(cluster.file("admin.yaml"));
  const std::string_view named = "cluster.yaml";
  admin.replace(admin.find(named), named.size(), "cluster-1.yaml");
  std::ofstream(cluster.file("admin-1.yaml")) << admin;
  return cluster.file("admin-1.yaml");
}

/// Whether all three nodes say that the key is disabled.
bool is_disabled_everywhere(const std::string& key) {
  const CommandResult shown = live_cluster().tercet({"key", "show", "--id", key, "--json"});
  const nlohmann::json nodes = shown.json().value("nodes", nlohmann::json());
  return nodes.size() == kNodeNames.size() &&
         std::all_of(nodes.begin(), nodes.end(), [](const nlohmann::json& node) {
           return node.at("state") == "disabled";
         });
}

TEST(CommandSpread, ANodeTellsItsPeersWhatItWasTold) {
  const CommandResult created = live_cluster().create_key(kKey);
  ASSERT_TRUE(created.done()) << created.output;
  const std::string config = files_that_reach_node_1();
  const CommandResult disabled =
      run_program({"tercet", "key", "disable", "--config", config, "--id", kKey});
  EXPECT_EQ(disabled.exit_code, 3) << "two nodes could not be asked\n" << disabled.output;

  EXPECT_TRUE(eventually([] { return is_disabled_everywhere(kKey); }))
      << live_cluster().tercet({"key", "show", "--id", kKey}).output;
}

/// It learns of the disable from its peers when it goes on.
TEST(CommandSpread, ADisableIsToldAtOnceAndEndsWithoutANodeThatHangs) {
  const CommandResult created = live_cluster().create_key("stopped");
  ASSERT_TRUE(created.done()) << created.output;
  live_cluster().send_signal("node-3", SIGSTOP);
  const CommandResult disabled = live_cluster().tercet({"key", "disable", "--id", "stopped"});
  const CommandResult status = live_cluster().tercet({"status", "--json"});
  live_cluster().send_signal("node-3", SIGCONT);
  EXPECT_TRUE(disabled.done()) << disabled.output;
  const std::size_t told = disabled.output.find("stopped disabled");
  EXPECT_LT(told, disabled.output.find("node-3 cannot be reached")) << disabled.output;
  EXPECT_NE(disabled.output.find("is not waited for"), std::string::npos) << disabled.output;
  EXPECT_NE(disabled.output.find("not confirmed by node-3"), std::string::npos) << disabled.output;
  EXPECT_TRUE(status.json().contains("nodes")) << "progress is none of it: " << status.output;
  EXPECT_NE(status.output.find("waiting for node-3 to answer"), std::string::npos) << status.output;
  EXPECT_TRUE(eventually([] { return is_disabled_everywhere("stopped"); }));
  EXPECT_TRUE(eventually(all_serve, Milliseconds(90'000)));
}

TEST(CommandSpread, ABlockOfAKeyThatNobodyKnowsIsToldThenAndWhenItIsMade) {
  ASSERT_TRUE(live_cluster().create_key("meant").done());
  const CommandResult disabled = live_cluster().tercet({"key", "disable", "--id", "maent"});
  EXPECT_TRUE(disabled.done());
  EXPECT_NE(disabled.output.find("no node knows a key maent"), std::string::npos)
      << disabled.output;
  EXPECT_NE(disabled.output.find("did you mean meant?"), std::string::npos) << disabled.output;
  const CommandResult created = live_cluster().create_key("maent");
  EXPECT_TRUE(created.done());
  EXPECT_NE(created.output.find("maent is disabled: it is blocked"), std::string::npos)
      << created.output;
  const CommandResult enabled = live_cluster().tercet({"key", "enable", "--id", "maent"});
  EXPECT_TRUE(enabled.done()) << enabled.output;
}

TEST(CommandSpread, ABlockOfAnIdWithoutAKeyIsShownAndCanBeLifted) {
  ASSERT_TRUE(live_cluster().tercet({"key", "disable", "--id", "no-key"}).done());
  const CommandResult shown = live_cluster().tercet({"key", "show", "--id", "no-key"});
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_NE(shown.output.find("there is no key no-key, but its id is blocked by command "),
            std::string::npos)
      << shown.output;
  const CommandResult json = live_cluster().tercet({"key", "show", "--id", "no-key", "--json"});
  EXPECT_EQ(json.json().at("blocks").size(), 1U) << json.output;

  const CommandResult enabled = live_cluster().tercet({"key", "enable", "--id", "no-key"});
  EXPECT_TRUE(enabled.done()) << enabled.output;
  EXPECT_TRUE(eventually([] {
    const CommandResult now = live_cluster().tercet({"key", "show", "--id", "no-key"});
    return now.exit_code == 1 && now.output.find("blocked") == std::string::npos;
  })) << live_cluster().tercet({"key", "show", "--id", "no-key"}).output;
}

}  // namespace
}  // namespace tercet::test
