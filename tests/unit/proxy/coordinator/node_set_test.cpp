// A link to a node is judged by what comes on it.

#include "proxy/coordinator/node_set.h"

#include <optional>

#include <gtest/gtest.h>

#include "core/async/task_group.h"
#include "core/time/executor_clock.h"
#include "tests/support/memory_link.h"
#include "tests/support/virtual_time.h"

namespace tercet::proxy {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;

class NoNews final : public NodeObserver {
 public:
  void link_up(PartyIndex /*node*/) override {}

  void link_down(PartyIndex /*node*/) override {}

  void lease_ended(PartyIndex /*node*/, const mpc::wire::LeaseEnded& /*message*/) override {}

  void batch_ready(PartyIndex /*node*/, const mpc::wire::BatchReady& /*message*/) override {}

  void node_status(PartyIndex /*node*/, const mpc::wire::NodeStatus& /*message*/) override {}

  mpc::wire::ProxyStatus own_status() override { return {}; }
};

class SilentLink : public ::testing::Test {
 protected:
  SilentLink() {
    set_clock(context_, clock_);
    tercet::test::MemoryLinkEnd ours(std::make_shared<tercet::test::StampedParty>(), "proxy-1");
    tercet::test::MemoryLinkEnd theirs(std::make_shared<tercet::test::StampedParty>(), "node-2");
    auto [near, far] =
        tercet::test::make_memory_link(context_.get_executor(), std::move(ours), std::move(theirs));
    node_ = std::move(far);
    nodes_.emplace(context_.get_executor(), observer_);
    group_.emplace(context_.get_executor());
    group_->spawn(serve(std::move(near)));
    group_->spawn(read());
  }

  ~SilentLink() override {
    group_->close();
    pass(Milliseconds(1));
    group_.reset();
    nodes_.reset();
  }

  Task<void> serve(std::unique_ptr<FrameLink> link) {
    ended_ = co_await nodes_->serve(PartyIndex::p2, std::move(link));
  }

  /// What the node hears.
  Task<void> read() {
    while (true) {
      const Result<Frame> frame = co_await node_->receive();
      if (!frame) {
        co_return;
      }
      statuses_heard_ +=
          frame->type == static_cast<std::uint8_t>(ProxyFrame::proxy_status) ? 1U : 0U;
    }
  }

  void say_status() {
    const Bytes body = mpc::wire::NodeStatus().encode();
    ASSERT_TRUE(node_->send(Frame(static_cast<std::uint8_t>(ProxyFrame::node_status), body)).ok());
  }

  void pass(Milliseconds time) { tercet::test::run_until(context_, time_, time_.now() + time); }

  tercet::test::VirtualTime time_;
  tercet::test::ProcessClock clock_{time_, [] {}};
  asio::io_context context_;
  NoNews observer_;
  std::optional<NodeSet> nodes_;
  std::unique_ptr<FrameLink> node_;
  std::optional<TaskGroup> group_;
  std::optional<Error> ended_;
  unsigned statuses_heard_ = 0;
};

TEST_F(SilentLink, IsClosedAndSaidToBeSilent) {
  pass(mpc::wire::kLinkSilence - Milliseconds(1));
  EXPECT_TRUE(nodes_->is_up(PartyIndex::p2));
  pass(Milliseconds(2));
  EXPECT_FALSE(nodes_->is_up(PartyIndex::p2));
  ASSERT_TRUE(ended_.has_value());
  EXPECT_EQ(ended_->code(), Errc::timeout);
}

TEST_F(SilentLink, StaysWhileTheNodeSaysItsStatusAndAnswersIt) {
  constexpr int kBeats = 100;
  for (int i = 0; i < kBeats; ++i) {
    say_status();
    pass(Milliseconds(100));
  }
  EXPECT_TRUE(nodes_->is_up(PartyIndex::p2));
  const auto passed = Milliseconds(100) * kBeats;
  EXPECT_GE(statuses_heard_, passed / mpc::wire::kLinkSilence * 2);
  EXPECT_LE(statuses_heard_, passed / mpc::wire::kProxyStatusInterval + 1);
}

TEST_F(SilentLink, ThatTheNodeClosesEndsForThatReason) {
  node_->close();
  pass(Milliseconds(1));
  ASSERT_TRUE(ended_.has_value());
  EXPECT_EQ(ended_->code(), Errc::link_closed);
}

}  // namespace
}  // namespace tercet::proxy
