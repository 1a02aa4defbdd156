// `tercet dev`: several clusters on one machine, and what is left when a process dies.

#include "tests/e2e/operations.h"
#include "tests/e2e/programs.h"

namespace tercet::test {
namespace {

constexpr const char* kKey = "dev";
constexpr std::string_view kPlaintext = "sealed by one of two clusters";

class DevClusters : public testing::Test {
 protected:
  void SetUp() override {
    for (LiveCluster* cluster : {&left_, &right_}) {
      const Status started = cluster->start();
      ASSERT_TRUE(started.ok()) << started.error().to_string();
      const CommandResult created = cluster->create_key(kKey);
      ASSERT_TRUE(created.done()) << created.output;
    }
  }

  static Sealed seal(const LiveCluster& cluster) {
    XksClient client(cluster.proxy());
    const XksReply reply =
        client.post(std::string("/keys/") + kKey + "/encrypt", encrypt_body(kPlaintext, "aad"));
    EXPECT_EQ(reply.status, 200U) << reply.text();
    return Sealed(reply);
  }

  static void expect_serving(const LiveCluster& cluster, const Sealed& sealed) {
    XksClient client(cluster.proxy());
    EXPECT_TRUE(eventually([&] { return serves(client, kKey, sealed, kPlaintext); }));
  }

  static CommandResult dev(const char* verb, const LiveCluster& cluster) {
    return run_program({"tercet", "dev", verb, "--dir", cluster.folder()});
  }

  LiveCluster left_{LiveClusterOptions()};
  LiveCluster right_{LiveClusterOptions()};
};

TEST(SanitizerReport, IsFoundWhereAProgramLeftOne) {
  const std::string line = "{\"event\":\"node_started\"}\n";
  for (const char* report : {"==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n",
                             "==7==ERROR: LeakSanitizer: detected memory leaks\n",
                             "WARNING: ThreadSanitizer: data race (pid=7)\n",
                             "a.cpp:1:2: runtime error: signed integer overflow\n",
                             "==7==LeakSanitizer has encountered a fatal error.\n"}) {
    EXPECT_EQ(sanitizer_report(line + report + "  #0 main\n"), std::string(report) + "  #0 main\n");
    EXPECT_EQ(sanitizer_report(report), report);
  }
  EXPECT_EQ(sanitizer_report(line), "");
  EXPECT_EQ(sanitizer_report(""), "");
}

TEST_F(DevClusters, ServeSideBySideAndEndAlone) {
  const Sealed left = seal(left_);
  const Sealed right = seal(right_);

  const CommandResult twice = dev("up", right_);
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_NE(twice.output.find("one runs in " + right_.folder() + " already"), std::string::npos)
      << twice.output;
  EXPECT_NE(twice.output.find("tercet dev down"), std::string::npos) << twice.output;
  expect_serving(right_, right);

  right_.kill("node-2");
  const CommandResult status = dev("status", right_);
  EXPECT_EQ(status.exit_code, 1);
  EXPECT_NE(status.output.find("HAS ENDED"), std::string::npos) << status.output;
  EXPECT_TRUE(dev("down", right_).done());
  for (const char* name : {"node-1", "node-3", "proxy-1"}) {
    EXPECT_FALSE(right_.alive(name)) << name;
  }
  EXPECT_TRUE(dev("down", right_).done()) << "ending what has ended is no mistake";
  expect_serving(left_, left);

  const CommandResult again =
      run_program({"tercet", "dev", "up", "--no-kms", "--dir", right_.folder()});
  EXPECT_TRUE(again.done()) << again.output;
  std::printf("%s", again.output.c_str());
  expect_serving(right_, right);  // opens what was sealed before
  expect_serving(left_, left);
}

}  // namespace
}  // namespace tercet::test
