#include "proxy/coordinator/health_monitor.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/task_group.h"
#include "core/random/random.h"
#include "core/xks/parse.h"

namespace tercet::proxy {
namespace {

using mpc::PartyIndex;
using xks::HealthStatus;

/// Encrypts by doing nothing and decrypts likewise, unless told to fail.
class EchoService final : public KeyService {
 public:
  Task<Authenticity> authenticate(AuthenticateJob /*job*/, Deadline /*until*/) override {
    co_return Error(Errc::internal, "not asked here");
  }

  Task<Result<Encrypted>> encrypt(EncryptJob job, Deadline /*until*/) override {
    ++checks;
    EXPECT_TRUE(job.request.is_health_check());
    EXPECT_EQ(job.key.text(), "health");
    EXPECT_TRUE(job.store.empty());
    if (error) {
      co_return Error(*error, "scripted");
    }
    Encrypted out;
    out.ciphertext = job.plaintext;
    out.metadata = Bytes{1, 0, 0, 0, 1};
    co_return out;
  }

  Task<Result<Bytes>> decrypt(DecryptJob job, Deadline /*until*/) override {
    const Result<xks::DecryptRequest> body = xks::parse_decrypt(*job.request.body);
    EXPECT_TRUE(body);
    Bytes out = job.ciphertext;
    if (corrupt) {
      out[0] ^= 1;
    }
    co_return out;
  }

  std::optional<Errc> error;
  bool corrupt = false;
  int checks = 0;
};

class ScriptedFleet final : public Fleet {
 public:
  NodeView view(PartyIndex node) const override { return views[mpc::number(node) - 1U]; }

  std::array<NodeView, 3> views;
};

/// From within the executor: see fake_nodes.h.
Task<void> close_and_join(TaskGroup& group) {
  group.close();
  co_await group.join();
}

class HealthMonitorTest : public testing::Test {
 protected:
  HealthMonitorTest() {
    for (NodeView& view : fleet.views) {
      view.linked = true;
      view.status.emplace();
      view.status->health = mpc::wire::NodeHealth::active;
      view.status->wall_milliseconds =
          static_cast<std::uint64_t>(system_wall_clock().now_milliseconds());
      view.status_at = real_clock().now();
    }
  }

  /// Runs the monitor until it has checked `times` more.
  void run(int times) {
    TaskGroup group(context.get_executor());
    const int until = keys.checks + times;
    group.spawn(monitor.run());
    const Deadline limit = Deadline::in(real_clock(), Milliseconds(3000));
    while (keys.checks < until && !limit.passed()) {
      context.restart();
      context.run_one_for(Milliseconds(5));
    }
    block_on(context, close_and_join(group));
  }

  asio::io_context context;
  EchoService keys;
  ScriptedFleet fleet;
  HealthMonitor monitor{
      context.get_executor(), keys, fleet, system_random(), system_wall_clock(), make_settings()};

  static HealthSettings make_settings() {
    HealthSettings out;
    out.key = KeyId::parse("health").value();
    out.node_ids = {"node-1", "node-2", "node-3"};
    out.proxy_fleet_size = 2;
    out.interval = Milliseconds(5);
    out.interval_after_failure = Milliseconds(5);
    return out;
  }
};

TEST_F(HealthMonitorTest, HasNoAnswerBeforeTheFirstCheck) {
  EXPECT_EQ(monitor.health().error().code(), Errc::timeout);
}

TEST_F(HealthMonitorTest, IsNotHealthyBeforeTheFirstSuccess) {
  keys.error = Errc::closed;
  run(1);
  EXPECT_EQ(monitor.health().error().code(), Errc::timeout);
}

TEST_F(HealthMonitorTest, ReportsTheFleetAfterACheckThatSucceeded) {
  run(1);

  const Result<xks::HealthResponse> health = monitor.health();

  ASSERT_TRUE(health);
  EXPECT_EQ(health->proxy_fleet_size, 2U);
  ASSERT_EQ(health->fleet.size(), 3U);
  EXPECT_EQ(health->fleet[2].id, "node-3");
  EXPECT_EQ(health->fleet[2].status, HealthStatus::active);
  EXPECT_EQ(monitor.seconds_since_success(), 0);
}

TEST_F(HealthMonitorTest, SaysWhichNodeIsAway) {
  run(1);
  fleet.views[1] = NodeView();

  EXPECT_EQ(monitor.node_state(PartyIndex::p1), HealthStatus::degraded) << "one of two left";
  EXPECT_EQ(monitor.node_state(PartyIndex::p2), HealthStatus::unavailable);
}

TEST_F(HealthMonitorTest, CallsANodeThatIsLinkedButSilentUnavailable) {
  fleet.views[1].status_at = real_clock().now() - std::chrono::seconds(6);

  EXPECT_EQ(monitor.node_state(PartyIndex::p2), HealthStatus::unavailable);
}

TEST_F(HealthMonitorTest, CallsANodeWithAWrongClockDegraded) {
  fleet.views[0].status->wall_milliseconds += 250'000;

  EXPECT_EQ(monitor.node_state(PartyIndex::p1), HealthStatus::degraded);
  EXPECT_EQ(monitor.node_state(PartyIndex::p2), HealthStatus::active);
}

TEST_F(HealthMonitorTest, PromisesNothingWhileChecksFail) {
  run(1);
  keys.error = Errc::link_closed;
  run(3);

  EXPECT_EQ(monitor.health().error().code(), Errc::timeout);

  keys.error.reset();
  run(1);
  EXPECT_TRUE(monitor.health());
}

TEST_F(HealthMonitorTest, TellsTheTrueStatesWhenOnlyStockIsShort) {
  keys.error = Errc::exhausted;
  run(3);

  const Result<xks::HealthResponse> health = monitor.health();

  ASSERT_TRUE(health);
  EXPECT_EQ(health->fleet[0].status, HealthStatus::degraded);
}

TEST_F(HealthMonitorTest, NoticesAPlaintextThatCameBackChanged) {
  keys.corrupt = true;
  const Status outcome = block_on(context, monitor.check());

  EXPECT_EQ(outcome.error().code(), Errc::crypto_failure);
}

}  // namespace
}  // namespace tercet::proxy
