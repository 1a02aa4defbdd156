// tercet-bench against real processes: every request must be answered, and rightly. Nothing here
// looks at a latency.

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/live_cluster.h"
#include "tests/support/temporary_directory.h"

namespace tercet::test {
namespace {

using Json = nlohmann::json;

const auto* const kEnvironment =
    testing::AddGlobalTestEnvironment(new LiveEnvironment(LiveClusterOptions()));

constexpr std::size_t kRequests = 20;

std::string program(const std::string& name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

/// A short run; its report, or null. Progress and notes come on standard error, so the report is
/// read from behind them.
Json run_load_once(const std::string& dev_json, const std::string& operation) {
  std::vector<std::string> words = {program("tercet-bench"),
                                    "--dev",
                                    dev_json,
                                    "--op",
                                    operation,
                                    "--rate",
                                    "20",
                                    "--seconds",
                                    "1",
                                    "--warm-up",
                                    "0",
                                    "--settle",
                                    "0",
                                    "--connections",
                                    "2",
                                    "--timeout-ms",
                                    "30000",
                                    "--json"};
  if (operation == "decrypt-repeat") {
    words.insert(words.end(), {"--repeat", "4"});
  }
  const CommandResult result = run_command(words);
  EXPECT_TRUE(result.done()) << result.output;
  const std::size_t begin = result.output.find("{\n");
  return begin == std::string::npos ? Json()
                                    : Json::parse(result.output.substr(begin), nullptr, false);
}

/// On a machine that is busy with other things a request may take longer than the proxy allows: a
/// run in which nothing else went wrong is tried again.
Json run_load(const std::string& dev_json, const std::string& operation) {
  constexpr int kTriesMax = 4;
  Json report;
  for (int i = 0; i < kTriesMax; ++i) {
    report = run_load_once(dev_json, operation);
    if (!report.is_object()) {
      break;
    }
    const Json& errors = report.at("errors");
    const std::size_t late = errors.value("DependencyTimeoutException", std::size_t{0});
    if (late == 0 || errors.size() > 1) {
      break;
    }
  }
  return report;
}

void expect_all_ok(const Json& report) {
  ASSERT_TRUE(report.is_object()) << report;
  EXPECT_EQ(report.at("sent"), kRequests);
  EXPECT_EQ(report.at("ok"), kRequests) << report.at("errors");
  EXPECT_TRUE(report.at("errors").empty()) << report.at("errors");
}

class LoadOnCluster : public testing::TestWithParam<const char*> {};

TEST_P(LoadOnCluster, IsAnsweredWithoutErrors) {
  const Json report = run_load(live_cluster().file("dev.json"), GetParam());
  expect_all_ok(report);
  for (const char* process : {"node-1", "node-2", "node-3", "proxy-1", "tercet-bench"}) {
    EXPECT_GT(report.at("cpu_ms_per_request").value(process, 0.0), 0) << process;
    EXPECT_GT(report.at("memory_mib").value(process, 0.0), 0) << process;
  }
  EXPECT_GT(report.at("node_bytes_per_request").value("requests", 0.0), 0);
  EXPECT_GT(report.at("node_messages_per_request").value("requests", 0.0), 0);
}

INSTANTIATE_TEST_SUITE_P(EveryOperation,
                         LoadOnCluster,
                         testing::Values("encrypt", "decrypt-cold", "decrypt-repeat", "mixed"),
                         [](const auto& operation) {
                           std::string name = operation.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(LoadTool, TellsColdDecryptsFromRememberedOnes) {
  const Json cold = run_load(live_cluster().file("dev.json"), "decrypt-cold");
  const Json repeat = run_load(live_cluster().file("dev.json"), "decrypt-repeat");
  ASSERT_TRUE(cold.is_object() && repeat.is_object());
  // The proxy's own health check decrypts too, and is remembered: a few at most.
  EXPECT_LT(cold.at("remembered_keystream_rate"), 0.5);
  EXPECT_GT(repeat.at("remembered_keystream_rate"), 0.5);
}

TEST(LoadOnBaseline, IsAnsweredWithoutErrors) {
  const TemporaryDirectory directory;
  const std::string folder = directory.path() + "/baseline";
  const pid_t server = ::fork();
  ASSERT_GE(server, 0);
  if (server == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const std::string path = program("tercet-bench-openssl");
    ::execl(path.c_str(), path.c_str(), "--dir", folder.c_str(), nullptr);
    ::_exit(127);
  }
  const std::string dev_json = folder + "/dev.json";
  const bool up = eventually([&] {
    std::ifstream file(dev_json);
    return !Json::parse(file, nullptr, false).is_discarded();
  });
  EXPECT_TRUE(up);
  for (const char* operation : {"encrypt", "decrypt-cold", "decrypt-repeat", "mixed"}) {
    expect_all_ok(run_load(dev_json, operation));
  }
  ::kill(server, SIGTERM);
  int status = 0;
  EXPECT_EQ(::waitpid(server, &status, 0), server);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(LoadTool, RefusesWrongUsageWithTwo) {
  EXPECT_EQ(run_command({program("tercet-bench"), "--op", "encrypt"}).exit_code, 2);
  EXPECT_EQ(run_command({program("tercet-bench"), "--help"}).exit_code, 0);
  EXPECT_EQ(run_command({program("tercet-bench-openssl")}).exit_code, 2);
}

TEST(LoadTool, FailsWithOneWhereThereIsNoCluster) {
  const TemporaryDirectory directory;
  EXPECT_EQ(run_command({program("tercet-bench"),
                         "--dev",
                         directory.path() + "/dev.json",
                         "--op",
                         "encrypt",
                         "--rate",
                         "1"})
                .exit_code,
            1);
}

}  // namespace
}  // namespace tercet::test
