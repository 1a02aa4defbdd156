// Processes that die, or stand still, while requests run (threat model 13, F1 to F5). With
// pair_mode off nothing is served meanwhile; what must hold is that requests fail with an error
// that KMS understands, that nobody ever gets a wrong answer, and that the cluster finds itself
// again without an operator.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <set>

#include "tests/e2e/cluster.h"
#include "tests/e2e/traffic.h"

namespace tercet::test {
namespace {

constexpr const char* kKey = "faults";
constexpr std::string_view kPlaintext = "sealed before anything died";
constexpr const char* kNoAnswer = "0 ";
constexpr std::size_t kSome = 5;
constexpr Milliseconds kRecoveryLimit{90'000};

class Faults : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const CommandResult created = live_cluster().create_key(kKey);
    ASSERT_TRUE(created.done()) << created.output;
    XksClient client(live_cluster().proxy());
    const XksReply reply =
        client.post(std::string("/keys/") + kKey + "/encrypt", encrypt_body(kPlaintext, "aad"));
    ASSERT_EQ(reply.status, 200U) << reply.text();
    before() = Sealed(reply);
  }

  static Sealed& before() {
    static Sealed sealed;
    return sealed;
  }

  /// Requests run; `fault` happens; they fail, and cleanly.
  template <class Fault>
  static void break_while_serving(Fault fault, std::size_t failures = kSome) {
    Traffic traffic(live_cluster().proxy(), kKey);
    ASSERT_TRUE(traffic.wait_for_round_trips(kSome));
    fault();
    EXPECT_TRUE(traffic.wait_for_failures(failures));
    traffic.stop();
    expect_clean(traffic);
  }

  static void expect_clean(const Traffic& traffic, std::set<std::string> allowed = {}) {
    allowed.insert({"503 DependencyTimeoutException", "500 InternalException"});
    EXPECT_EQ(traffic.wrong_answers(), 0U);
    for (const auto& [what, count] : traffic.failures()) {
      EXPECT_TRUE(allowed.contains(what)) << what << ", " << count << " times";
    }
    std::printf("longest answer %lld ms;", static_cast<long long>(traffic.longest().count()));
    for (const auto& [what, count] : traffic.failures()) {
      std::printf(" %zu x %s", count, what.c_str());
    }
    std::printf("\n");
  }

  static void start(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const Status started = live_cluster().start(name);
      ASSERT_TRUE(started.ok()) << started.error().to_string();
    }
  }

  /// Requests succeed again, old ciphertexts too, and every node says that it serves.
  static void expect_recovery(std::set<std::string> also_allowed = {}) {
    const SteadyTime began = real_clock().now();
    Traffic traffic(live_cluster().proxy(), kKey);
    ASSERT_TRUE(traffic.wait_for_round_trips(1));
    const std::chrono::duration<double> took = real_clock().now() - began;
    std::printf("served again after %.1f s; ", took.count());
    ASSERT_TRUE(traffic.wait_for_round_trips(kSome));
    traffic.stop();
    also_allowed.insert("429 ThrottlingException");  // until the first batch is made
    expect_clean(traffic, also_allowed);
    XksClient client(live_cluster().proxy());
    EXPECT_TRUE(
        eventually([&] { return serves(client, kKey, before(), kPlaintext); }, kRecoveryLimit));
    EXPECT_TRUE(eventually(all_serve, kRecoveryLimit));
  }

  static void kill_and_restart(const std::vector<std::string>& names) {
    const std::map<std::string, std::string> old = generations();
    ASSERT_EQ(old.size(), kNodeNames.size());
    break_while_serving([&] {
      for (const std::string& name : names) {
        live_cluster().kill(name);
      }
    });
    const int not_serving_or_unreachable = names.size() == kNodeNames.size() ? 3 : 1;
    EXPECT_EQ(ClusterStatus().exit_code, not_serving_or_unreachable);
    start(names);
    expect_recovery();
    const std::map<std::string, std::string> now = generations();
    for (const std::string& name : names) {
      EXPECT_NE(now.at(name), old.at(name)) << name << ": nothing used once outlives a process";
    }
    for (const std::string& name : kNodeNames) {
      EXPECT_TRUE(eventually(
          [&] {
            const ClusterStatus status;
            const nlohmann::json& node = status.node(name);
            return !node.is_null() && node.at("vectors_in_stock").get<std::uint64_t>() > 0;
          },
          kRecoveryLimit))
          << name << " has no fresh stock";
    }
  }
};

TEST_F(Faults, KilledNode1RejoinsByItself) {
  kill_and_restart({"node-1"});
}

TEST_F(Faults, KilledNode2RejoinsByItself) {
  kill_and_restart({"node-2"});
}

TEST_F(Faults, KilledNode3RejoinsByItself) {
  kill_and_restart({"node-3"});
}

TEST_F(Faults, TwoKilledNodesRejoinByThemselves) {
  kill_and_restart({"node-1", "node-3"});
}

TEST_F(Faults, ThreeKilledNodesRejoinByThemselves) {
  kill_and_restart({"node-1", "node-2", "node-3"});
}

TEST_F(Faults, KilledProxyServesAgainAndItsLeaseIsForgotten) {
  {
    Traffic traffic(live_cluster().proxy(), kKey);
    ASSERT_TRUE(traffic.wait_for_round_trips(kSome));
    live_cluster().kill("proxy-1");
    EXPECT_TRUE(traffic.wait_for_failures(kSome));
    traffic.stop();
    expect_clean(traffic, {kNoAnswer});  // nobody is there to answer
  }
  EXPECT_TRUE(eventually(
      [] {
        const ClusterStatus status;
        return std::all_of(kNodeNames.begin(), kNodeNames.end(), [&](const std::string& name) {
          return status.node(name).value("leases", 9U) == 1U;  // the nodes' own
        });
      },
      kRecoveryLimit));
  start({"proxy-1"});
  expect_recovery({kNoAnswer});
}

TEST_F(Faults, NodeThatStandsStillForAMomentIsWaitedFor) {
  break_while_serving([] { live_cluster().send_signal("node-2", SIGSTOP); }, 1);
  live_cluster().send_signal("node-2", SIGCONT);
  expect_recovery();
}

TEST_F(Faults, NodeThatStandsStillUntilItsPeersGiveItUpComesBack) {
  break_while_serving([] { live_cluster().send_signal("node-3", SIGSTOP); });
  EXPECT_TRUE(eventually(
      [] {
        const ClusterStatus status;
        for (const nlohmann::json& peer : status.node("node-1").value("peers", nlohmann::json())) {
          if (peer.at("peer") == "node-3" && !peer.at("up").get<bool>()) {
            return true;
          }
        }
        return false;
      },
      kRecoveryLimit));
  live_cluster().send_signal("node-3", SIGCONT);
  expect_recovery();
}

TEST_F(Faults, StoppedNodeIsMissedAndWelcomedBack) {
  live_cluster().send_signal("node-2", SIGTERM);
  ASSERT_TRUE(live_cluster().ended("node-2", Milliseconds(30'000)));
  EXPECT_NE(live_cluster().log("node-2").find("node_stopped"), std::string::npos);
  start({"node-2"});
  expect_recovery();
}

}  // namespace
}  // namespace tercet::test
