// A data directory that is taken away under a running node: the node notices, says so and ends, and
// with its own directory back it serves again.

#include <filesystem>
#include <fstream>

#include "tests/e2e/cluster.h"

namespace tercet::test {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kComesBackLimit{90'000};

TEST(LostDirectory, IsNoticedByTheNodeWhichEnds) {
  const std::string path = live_cluster().file("node-2");
  ASSERT_TRUE(eventually(all_serve, kComesBackLimit));
  fs::rename(path, path + ".away");
  EXPECT_TRUE(live_cluster().ended("node-2", Milliseconds(30'000)));
  const std::string log = live_cluster().log("node-2");
  EXPECT_NE(log.find("data_directory_lost"), std::string::npos) << log;
  EXPECT_NE(log.find("lock is gone"), std::string::npos) << log;
  std::ifstream audit(path + ".away/audit.jsonl");
  const std::string records{std::istreambuf_iterator<char>(audit), {}};
  EXPECT_NE(records.find("data_directory_lost"), std::string::npos);

  fs::rename(path + ".away", path);
  ASSERT_TRUE(live_cluster().start("node-2").ok());
  EXPECT_TRUE(eventually(all_serve, kComesBackLimit));
}

/// Ends node-2, puts another directory in the place of its own and starts it again.
void restart_node_2_with(const std::string& directory, const std::string& keep_own_as) {
  const std::string path = live_cluster().file("node-2");
  live_cluster().kill("node-2");
  fs::rename(path, keep_own_as);
  fs::rename(directory, path);
  ASSERT_TRUE(live_cluster().start("node-2").ok());
}

TEST(LostDirectory, AnOldOneInItsPlaceIsNotServingAndNoKeyIsMadeUntilItsOwnIsBack) {
  const std::string path = live_cluster().file("node-2");
  ASSERT_TRUE(eventually(all_serve, kComesBackLimit));
  live_cluster().kill("node-2");
  fs::copy(path, path + ".old", fs::copy_options::recursive);
  ASSERT_TRUE(live_cluster().start("node-2").ok());
  ASSERT_TRUE(eventually(all_serve, kComesBackLimit));
  ASSERT_TRUE(live_cluster().create_key("made-since").done());

  restart_node_2_with(path + ".old", path + ".newest");
  ASSERT_TRUE(eventually(
      [] {
        const ClusterStatus status;
        std::size_t active = 0;
        for (const std::string& name : kNodeNames) {
          const nlohmann::json& node = status.node(name);
          active += !node.is_null() && node.at("health") == "active" ? 1U : 0U;
        }
        return active == kNodeNames.size() && status.exit_code == 1;
      },
      kComesBackLimit))
      << ClusterStatus().json.dump();
  EXPECT_FALSE(ClusterStatus().json.at("serving").get<bool>());
  EXPECT_FALSE(ClusterStatus().json.at("alarms").empty());
  const CommandResult refused = live_cluster().create_key("too-early");
  EXPECT_EQ(refused.exit_code, 1) << refused.output;
  EXPECT_NE(refused.output.find("--despite-alarm"), std::string::npos) << refused.output;
  const CommandResult rotated = live_cluster().tercet({"key", "rotate", "--id", "made-since"});
  EXPECT_EQ(rotated.exit_code, 1) << rotated.output;
  EXPECT_NE(rotated.output.find("was not sent"), std::string::npos) << rotated.output;

  restart_node_2_with(path + ".newest", path + ".was-old");
  EXPECT_TRUE(eventually([] { return ClusterStatus().exit_code == 0; }, kComesBackLimit))
      << ClusterStatus().json.dump();
  const CommandResult made = live_cluster().create_key("too-early");
  EXPECT_TRUE(made.done()) << made.output;
}

}  // namespace
}  // namespace tercet::test
