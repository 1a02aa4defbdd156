// Attack 15 of protocol.md 13 by somebody on the path who has no key at all: he holds genuine
// frames of a set-up back until the nodes have set up another link, and lets them through then.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "node/link/link_setup.inl.h"
#include "tests/support/memory_link.h"
#include "tests/support/memory_network.h"
#include "tests/support/test_members.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::BasicLinkSetup;
using node::PeerFrame;
using node::PeerRecord;
using node::RollbackWatch;
using node::SetupOutcome;
using node::WatchVerdict;

struct LateWordsCount : node::FullLinkDefences {
  static constexpr bool refuse_overtaken = false;
};

GenerationId generation_of_node(PartyIndex node) {
  std::array<std::uint8_t, GenerationId::kBytes> bytes{};
  bytes.fill(mpc::number(node));
  return GenerationId(bytes);
}

/// What the two nodes know of each other, and one executor for both.
class HeldBackNodes {
 public:
  HeldBackNodes() = default;

  /// Runs what is ready; nothing here waits for time.
  void go_on() {
    context.restart();
    context.poll();
  }

  asio::io_context context{1};
  DeterministicRandom random{as_bytes("held back")};
  const node::LinkIdentity identity_1 = TestMembers::get().identity(PartyIndex::p1);
  const node::LinkIdentity identity_2 = TestMembers::get().identity(PartyIndex::p2);
  PeerRecord record_1{PartyIndex::p2};  ///< P1's, of P2
  PeerRecord record_2{PartyIndex::p1};
};

/// A connection of P1 and P2, with him on the path, and the set-ups at its ends.
template <class Defences>
class HeldBackConnection {
 public:
  /// From `held` on nothing that P2 sends comes through. Without it he passes all on.
  HeldBackConnection(HeldBackNodes& nodes, std::optional<PeerFrame> held)
      : nodes_(nodes), held_(held), links_(join(held.has_value())) {
    begin(setup_1_, PartyIndex::p1, at_1);
    begin(setup_2_, PartyIndex::p2, at_2);
    nodes_.go_on();
  }

  /// P2 has nothing of it any more.
  void end_it_at_p2() {
    const Frame no_confirm(static_cast<std::uint8_t>(PeerFrame::abort), Bytes());
    ASSERT_TRUE(links_.first->send(no_confirm).ok());
    nodes_.go_on();
    ASSERT_TRUE(at_2 && !at_2->ok());
  }

  void let_through() {
    ASSERT_FALSE(kept_.empty());
    held_.reset();
    for (Frame& frame : std::exchange(kept_, {})) {
      ASSERT_TRUE(links_.second->send(std::move(frame)).ok());
    }
    nodes_.go_on();
  }

  bool ends_a_generation_at_p1() const {
    return setup_1_.ended_generation() || setup_1_.self_ended();
  }

  bool says_that_a_generation_is_over() const { return said_over_; }

  std::optional<Result<SetupOutcome>> at_1;
  std::optional<Result<SetupOutcome>> at_2;

 private:
  using Setup = BasicLinkSetup<Defences>;

  std::pair<std::unique_ptr<FrameLink>, std::unique_ptr<FrameLink>> join(bool hold) {
    MemoryLinkEnd end_1(std::make_shared<StampedParty>(), "node-1");
    MemoryLinkEnd end_2(std::make_shared<StampedParty>(), "node-2");
    end_1.tamper = [this, hold](Frame frame) -> std::optional<Frame> {
      if (frame.type != static_cast<std::uint8_t>(PeerFrame::confirm)) {
        return frame;
      }
      said_over_ = said_over_ || node::Confirm::decode(frame.body).value().receiver_over;
      return hold ? std::nullopt : std::optional<Frame>(std::move(frame));
    };
    end_2.tamper = [this](Frame frame) -> std::optional<Frame> {
      if (kept_.empty() && (!held_ || frame.type != static_cast<std::uint8_t>(*held_))) {
        return frame;
      }
      kept_.push_back(std::move(frame));
      return std::nullopt;
    };
    return make_memory_link(nodes_.context.get_executor(), std::move(end_1), std::move(end_2));
  }

  void begin(Setup& setup, PartyIndex self, std::optional<Result<SetupOutcome>>& into) {
    const Deadline soon = Deadline::in(real_clock(), Milliseconds(600'000));
    asio::co_spawn(
        nodes_.context,
        detail::store_result<SetupOutcome>(setup.run(generation_of_node(self), 7, soon), into),
        asio::detached);
  }

  HeldBackNodes& nodes_;
  std::optional<PeerFrame> held_;
  std::vector<Frame> kept_;
  bool said_over_ = false;
  std::pair<std::unique_ptr<FrameLink>, std::unique_ptr<FrameLink>> links_;
  Setup setup_1_{*links_.first, nodes_.record_1, nodes_.identity_1, nodes_.random};
  Setup setup_2_{*links_.second, nodes_.record_2, nodes_.identity_2, nodes_.random};
};

template <class Defences>
class HeldBackSetup : public ::testing::Test {
 protected:
  using Connection = HeldBackConnection<Defences>;

  /// P2 comes again with the secret that both hold.
  void meet() {
    const Connection connection(nodes_, std::nullopt);
    ASSERT_TRUE(connection.at_1 && connection.at_1->ok());
    ASSERT_TRUE(connection.at_2 && connection.at_2->ok());
    beat(nodes_.record_1.watch(), nodes_.record_2.watch());
    beat(nodes_.record_2.watch(), nodes_.record_1.watch());
    beat(nodes_.record_1.watch(), nodes_.record_2.watch());
  }

  void beat(RollbackWatch& from, RollbackWatch& to) {
    const node::Challenge echo = from.newest_of_peer();
    ASSERT_EQ(to.see(7, echo, from.issue(nodes_.random)), WatchVerdict::fine);
  }

  /// How P1's side of the first connection ends, that P2 has left for a second one meanwhile.
  std::unique_ptr<Connection> overtaken(PeerFrame held) {
    meet();
    auto first = std::make_unique<Connection>(nodes_, held);
    first->end_it_at_p2();
    const auto secret = nodes_.record_1.secret();
    meet();
    EXPECT_EQ(nodes_.record_1.secret(), secret) << "so nothing but the watch has changed";
    EXPECT_FALSE(first->at_1.has_value());
    first->let_through();
    return first;
  }

  HeldBackNodes nodes_;
};

using Attack_15_HeldBackSetup = HeldBackSetup<node::FullLinkDefences>;
using Attack_15_LateWordsCount = HeldBackSetup<LateWordsCount>;

TEST_F(Attack_15_HeldBackSetup, EndsItsOwnLinkOnly) {
  for (const PeerFrame held : {PeerFrame::hello, PeerFrame::confirm}) {
    const auto first = overtaken(held);
    ASSERT_TRUE(first->at_1 && !first->at_1->ok());
    EXPECT_EQ(first->at_1->error().code(), Errc::closed) << first->at_1->error().to_string();
    EXPECT_FALSE(first->ends_a_generation_at_p1());
    EXPECT_FALSE(first->says_that_a_generation_is_over());
    meet();  // with the secret that both hold, and nothing of either has ended
  }
}

TEST_F(Attack_15_LateWordsCount, EndsAnHonestGenerationByItsConfirm) {
  EXPECT_TRUE(overtaken(PeerFrame::confirm)->ends_a_generation_at_p1());
}

TEST_F(Attack_15_LateWordsCount, EndsAnHonestGenerationByItsHello) {
  const auto first = overtaken(PeerFrame::hello);
  EXPECT_TRUE(first->ends_a_generation_at_p1());
  EXPECT_TRUE(first->says_that_a_generation_is_over());
}

}  // namespace
}  // namespace tercet::test
