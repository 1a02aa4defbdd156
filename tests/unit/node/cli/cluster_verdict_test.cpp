#include "node/cli/cluster_verdict.h"

#include <string>

#include <gtest/gtest.h>

#include "core/config/cluster_digest.h"
#include "node/cli/arguments.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;
using State = Verdict::State;

constexpr std::int64_t kNow = 1'768'464'550;
constexpr std::int64_t kHourMs = 3'600'000;

ClusterConfig two_proxies() {
  ClusterConfig out;
  for (const char* name : {"proxy-1", "proxy-2"}) {
    ClusterConfig::Proxy proxy;
    proxy.name = name;
    out.proxies.push_back(std::move(proxy));
  }
  return out;
}

class ClusterVerdict : public ::testing::Test {
 protected:
  ClusterVerdict() {
    for (const char* node : {"node-1", "node-2", "node-3"}) {
      NodeAnswer answer;
      answer.node = node;
      answer.status = 200;
      answer.arrived_ms = kNow * 1000;
      answer.body = {{"health", "active"},
                     {"wall_milliseconds", kNow * 1000},
                     {"cluster_digest", digest()},
                     {"damaged_keys", Json::array()},
                     {"old_directories", Json::array()},
                     {"proxies", Json::array({proxy("proxy-1"), proxy("proxy-2")})}};
      answers_.push_back(std::move(answer));
    }
  }

  std::string digest() const { return to_hex(digest_of(cluster_)); }

  Json proxy(const char* name) const {
    return {{"peer", name},
            {"up", true},
            {"serving", true},
            {"last_error", Json()},
            {"cold_decrypts_too_slow", false},
            {"draining", false},
            {"certificate_expires", kNow + 1},
            {"cluster_digest", digest()}};
  }

  Verdict judge() const { return judge_cluster(answers_, cluster_, kNow); }

  /// At all nodes alike.
  void set_proxy(std::size_t index, const char* name, const Json& value) {
    for (NodeAnswer& answer : answers_) {
      answer.body["proxies"][index][name] = value;
    }
  }

  void expect(State state, const std::string& reason) const {
    const Verdict verdict = judge();
    EXPECT_EQ(verdict.state, state) << verdict.headline();
    EXPECT_EQ(verdict.exit_code, state == State::serving ? kExitDone : kExitFailed);
    ASSERT_FALSE(verdict.reasons.empty());
    EXPECT_NE(verdict.reasons.front().find(reason), std::string::npos) << verdict.reasons.front();
  }

  ClusterConfig cluster_ = two_proxies();
  NodeAnswers answers_;
};

TEST_F(ClusterVerdict, IsServingWhereNothingIsWrong) {
  const Verdict verdict = judge();
  EXPECT_EQ(verdict.state, State::serving);
  EXPECT_EQ(verdict.headline(), "SERVING with three nodes");
  EXPECT_TRUE(verdict.reasons.empty());
  EXPECT_EQ(verdict.exit_code, kExitDone);
}

TEST_F(ClusterVerdict, ANodeThatIsNotActive) {
  answers_[1].body["health"] = "unavailable";
  answers_[1].body["detail"] = "a peer is away";
  expect(State::not_serving, "node-2 is unavailable: a peer is away");
}

TEST_F(ClusterVerdict, ANodeThatIsAwayFailsAndOnlyAllOfThemAreUnreachable) {
  answers_[1].unreachable = Error(Errc::link_closed, "nobody listens");
  expect(State::not_serving, "node-2");
  for (NodeAnswer& answer : answers_) {
    answer.unreachable = Error(Errc::link_closed, "nobody listens");
  }
  EXPECT_EQ(judge().exit_code, kExitUnreachable);
}

TEST_F(ClusterVerdict, ANodeWithOldDataIfTwoSaySo) {
  const Json seen = {{"node", "node-2"}, {"detail", "it holds 0"}, {"to_do", "look"}};
  answers_[1].body["old_directories"].push_back(seen);
  EXPECT_EQ(judge().state, State::serving) << "one node's word";
  answers_[2].body["old_directories"].push_back(seen);
  expect(State::not_serving, "ALARM");
}

TEST_F(ClusterVerdict, AClockAnHourOff) {
  answers_[2].body["wall_milliseconds"] = kNow * 1000 - kHourMs;
  expect(State::not_serving, "the clock of node-3 is 3600 s behind");
}

TEST_F(ClusterVerdict, AnotherClusterFile) {
  answers_[0].body["cluster_digest"] = std::string(64, '0');
  expect(State::degraded, "the cluster file at node-1");
  answers_[0].body["cluster_digest"] = digest();
  set_proxy(1, "cluster_digest", std::string(64, '0'));
  expect(State::degraded, "the cluster file at proxy-2");
}

TEST_F(ClusterVerdict, ADamagedKey) {
  answers_[1].body["damaged_keys"].push_back("orders");
  expect(State::degraded, "keys are damaged at node-2 and fail: orders");
}

TEST_F(ClusterVerdict, NoProxyThatServes) {
  set_proxy(0, "up", false);
  expect(State::degraded, "proxy-1 is not linked");
  set_proxy(1, "up", false);
  expect(State::not_serving, "proxy-1 is not linked");
  for (NodeAnswer& answer : answers_) {
    answer.body["proxies"] = Json::array();
  }
  expect(State::not_serving, "proxy-1 is not linked");
}

TEST_F(ClusterVerdict, AProxyWhoseChecksFail) {
  for (const std::size_t index : {0U, 1U}) {
    set_proxy(index, "serving", false);
    set_proxy(index, "last_error", "not_found");
  }
  expect(State::not_serving, "the health key does not exist");
}

/// A corrupt node may say anything of a proxy, and say it twice.
TEST_F(ClusterVerdict, WhatOneNodeSaysOfAProxyDecidesNothing) {
  const std::pair<const char*, Json> lies[] = {{"serving", false},
                                               {"up", false},
                                               {"draining", true},
                                               {"cold_decrypts_too_slow", true},
                                               {"certificate_expires", 0},
                                               {"alone_refuses", 2},
                                               {"cluster_digest", "00"}};
  for (NodeAnswer& liar : answers_) {
    const Json honest = liar.body["proxies"];
    for (const auto& [name, lie] : lies) {
      liar.body["proxies"][0][name] = lie;
      EXPECT_EQ(judge().state, State::serving) << liar.node << " " << name;
      liar.body["proxies"] = honest;
    }
  }
  for (NodeAnswer& liar : answers_) {
    const Json lie = liar.body["proxies"];
    for (NodeAnswer& answer : answers_) {
      answer.body["proxies"] = Json::array();
    }
    liar.body["proxies"] = Json::array({lie[0], lie[0], lie[1], lie[1]});
    EXPECT_EQ(judge().state, State::not_serving) << liar.node;
    for (NodeAnswer& answer : answers_) {
      answer.body["proxies"] = lie;
    }
  }
}

TEST_F(ClusterVerdict, ADrainingProxyIsNone) {
  for (const std::size_t index : {0U, 1U}) {
    set_proxy(index, "serving", false);
    set_proxy(index, "draining", true);
  }
  expect(State::not_serving, "proxy-1 is draining");
}

/// 200 s and 400 s: the middle one is near both, and must not hide that the outer ones differ.
TEST_F(ClusterVerdict, ClocksThatSpread) {
  answers_[1].body["wall_milliseconds"] = kNow * 1000 + 200'000;
  answers_[2].body["wall_milliseconds"] = kNow * 1000 + 400'000;
  expect(State::not_serving, "the clocks of node-1 and node-3 differ by 400 s");
}

TEST_F(ClusterVerdict, ALieAboutAClockAccusesNobodyElse) {
  answers_[0].body["wall_milliseconds"] = kNow * 1000 + kHourMs;
  answers_[1].body["wall_milliseconds"] = kNow * 1000 + kHourMs;  // repeats what node-1 says
  expect(State::not_serving, "the clocks of node-1 and node-3 differ by 3600 s");
}

TEST_F(ClusterVerdict, AnExpiredCertificateForKms) {
  set_proxy(0, "certificate_expires", kNow);
  expect(State::degraded, "the certificate that proxy-1 shows to KMS has expired");
  set_proxy(1, "certificate_expires", kNow);
  expect(State::not_serving, "the certificate that proxy-1 shows to KMS has expired");
}

TEST_F(ClusterVerdict, SitesTooFarApart) {
  set_proxy(0, "cold_decrypts_too_slow", true);
  expect(State::degraded, "too far apart");
}

TEST_F(ClusterVerdict, ANodeThatAloneRefuses) {
  set_proxy(1, "alone_refuses", 3);
  expect(State::degraded, "node 3 alone refused requests of proxy-2");
}

TEST_F(ClusterVerdict, TheWorstComesFirst) {
  answers_[0].body["damaged_keys"].push_back("orders");
  answers_[2].body["health"] = "unavailable";
  const Verdict verdict = judge();
  ASSERT_EQ(verdict.reasons.size(), 2U);
  EXPECT_NE(verdict.reasons.front().find("node-3"), std::string::npos);
}

}  // namespace
}  // namespace tercet::cli
