// More keys than a node keeps open, in real processes: rows written by tercet-many-keys as the
// nodes would have written them. The large sizes: docs/performance.md, "Many keys".

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "tests/e2e/operations.h"
#include "tests/e2e/programs.h"

namespace tercet::test {
namespace {

constexpr std::size_t kKeys = 2000;
constexpr std::size_t kOpen = 50;
constexpr std::size_t kUsed = 120;
constexpr std::string_view kPlaintext = "sealed under one of many";
constexpr Milliseconds kServesLimit{90'000};

void keep_few_open(const std::string& folder) {
  for (const char* node : {"node-1", "node-2", "node-3"}) {
    std::ofstream file(folder + "/" + node + ".yaml", std::ios::app);
    file << "stock:\n  derived_sets: " << kOpen << "\n";
  }
}

class ManyKeysLive : public testing::Test {
 protected:
  ManyKeysLive() : cluster_(options()) {}

  static LiveClusterOptions options() {
    LiveClusterOptions out;
    out.edit = keep_few_open;
    return out;
  }

  void SetUp() override {
    const Status started = cluster_.start();
    ASSERT_TRUE(started.ok()) << started.error().to_string();
    const CommandResult made = cluster_.create_key("first");
    ASSERT_TRUE(made.done()) << made.output;
    restart([&] {
      const CommandResult written = run_program({"tercet-many-keys",
                                                 "--dir",
                                                 cluster_.folder(),
                                                 "--from",
                                                 "first",
                                                 "--count",
                                                 std::to_string(kKeys)});
      ASSERT_TRUE(written.done()) << written.output;
    });
  }

  template <class Meanwhile>
  void restart(Meanwhile meanwhile) {
    for (const char* node : {"node-1", "node-2", "node-3"}) {
      cluster_.kill(node);
    }
    meanwhile();
    for (const char* node : {"node-1", "node-2", "node-3"}) {
      ASSERT_TRUE(cluster_.start(node).ok());
    }
  }

  /// Of a gauge or counter without labels, of the node with that index.
  std::size_t metric(std::size_t node, const std::string& name) const {
    const std::string url = cluster_.dev().at("nodes").at(node).at("metrics");
    const CommandResult page = run_command({"/usr/bin/curl", "-sS", "--noproxy", "*", url});
    const std::size_t at = page.output.find("\n" + name + " ");
    if (at == std::string::npos) {
      ADD_FAILURE() << name << " is not in " << page.output;
      return 0;
    }
    return std::stoul(page.output.substr(at + name.size() + 2));
  }

  LiveCluster cluster_;
};

TEST_F(ManyKeysLive, AreListedServedAndMadeWhereFewAreOpen) {
  XksClient client(cluster_.proxy());
  std::vector<Sealed> sealed(kUsed);
  for (std::size_t i = 0; i < kUsed; ++i) {
    const std::string path = "/keys/many-" + std::to_string(1 + i * (kKeys / kUsed)) + "/encrypt";
    XksReply reply;
    ASSERT_TRUE(eventually(
        [&] {
          reply = client.post(path, encrypt_body(kPlaintext, "aad"));
          return reply.status == 200;
        },
        kServesLimit))
        << path << " " << reply.text();
    sealed[i] = Sealed(reply);
  }
  for (std::size_t i = 0; i < kUsed; ++i) {
    const std::string key = "many-" + std::to_string(1 + i * (kKeys / kUsed));
    EXPECT_TRUE(eventually([&] { return serves(client, key, sealed[i], kPlaintext); })) << key;
  }
  for (std::size_t node = 0; node < 3; ++node) {
    EXPECT_LE(metric(node, "tercet_node_derived_sets_open"), kOpen);
    EXPECT_GE(metric(node, "tercet_node_derived_sets_opened_total"), 2 * kUsed - kOpen);
  }

  const CommandResult listed = cluster_.tercet({"key", "list"});
  EXPECT_TRUE(listed.done());
  EXPECT_EQ(std::count(listed.output.begin(), listed.output.end(), '\n'), kKeys + 3)
      << "a head, the health key and the first one";
  EXPECT_EQ(listed.output.find("differ"), std::string::npos) << listed.output;

  const CommandResult made = cluster_.tercet({"key", "create", "--id", "row", "--count", "20"});
  EXPECT_TRUE(made.done()) << made.output;
  const CommandResult again =
      cluster_.tercet({"key", "create", "--id", "row", "--count", "21", "--json"});
  EXPECT_TRUE(again.done()) << again.output;
  std::size_t existed = 0;
  for (std::size_t at = 0; (at = again.output.find("\"exists\":true", at)) != std::string::npos;
       ++at) {
    ++existed;
  }
  EXPECT_EQ(existed, 20U) << again.output;
  const CommandResult other =
      cluster_.tercet({"key", "create", "--id", "row", "--count", "3", "--usage", "decrypt"});
  EXPECT_EQ(other.exit_code, 1) << other.output;
  EXPECT_NE(other.output.find("3 of 3 keys were not made: row-"), std::string::npos)
      << other.output;
  restart([] {});
  for (const char* key : {"row-1", "row-21"}) {
    EXPECT_TRUE(eventually(
        [&] {
          return client
                     .post(std::string("/keys/") + key + "/encrypt",
                           encrypt_body(kPlaintext, "aad"))
                     .status == 200;
        },
        kServesLimit))
        << key;
  }
  cluster_.stop();
}

}  // namespace
}  // namespace tercet::test
