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

}  // namespace
}  // namespace tercet::test
