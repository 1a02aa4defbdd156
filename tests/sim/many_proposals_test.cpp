// What P1 may have others do for it at a time: a corrupt P1 proposes as fast as it can.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "node/session/joint_sessions.h"
#include "tests/sim/in_process_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::JointSession;
using node::JointSessions;
using node::SessionKind;

/// Takes part in everything.
class Willing final : public node::SessionHandler {
 public:
  Status accept(ByteView /*plan*/, std::uint32_t /*vector_count*/) override { return ok_status(); }

  Task<Status> run(std::unique_ptr<JointSession> session) override {
    ++ran;
    session->finish();
    co_return ok_status();
  }

  std::size_t ran = 0;
};

class ManyProposals : public ::testing::Test {
 protected:
  static constexpr std::size_t kMany = JointSessions::kJoinsMax + 60;

  void SetUp() override {
    ASSERT_TRUE(cluster_.settle());
    for (const PartyIndex party : mpc::kAllParties) {
      cluster_.node(party).sessions().serve(SessionKind::key_command, willing_);
    }
  }

  Task<void> propose() {
    const Deadline until = Deadline::in(real_clock(), Milliseconds(20000));
    Bytes plan(8);
    Result<std::unique_ptr<JointSession>> session =
        co_await cluster_.node(PartyIndex::p1)
            .sessions()
            .propose(SessionKind::key_command, std::move(plan), 0, false, until);
    if (session) {
      session.value()->finish();
      ++agreed_;
    } else {
      ++refused_;
    }
  }

  /// All at once; true when each has an end.
  bool propose_many(std::size_t count) {
    agreed_ = 0;
    refused_ = 0;
    for (std::size_t i = 0; i < count; ++i) {
      asio::co_spawn(cluster_.context(), propose(), asio::detached);
    }
    return cluster_.beat_until([&] { return agreed_ + refused_ == count; });
  }

  InProcessCluster cluster_;
  Willing willing_;
  std::size_t agreed_ = 0;
  std::size_t refused_ = 0;
};

TEST_F(ManyProposals, ANodeTakesPartInSoManyAtATimeOnly) {
  ASSERT_TRUE(propose_many(kMany));
  EXPECT_LE(agreed_, JointSessions::kJoinsMax);
  EXPECT_GE(agreed_, JointSessions::kJoinsMax / 2) << "the others go their way";
  ASSERT_TRUE(propose_many(1));
  EXPECT_EQ(agreed_, 1U) << "there is room again";
}

}  // namespace
}  // namespace tercet::test
