#include "node/link/session_mux.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"

namespace tercet::node {
namespace {

using mpc::PartyIndex;
using mpc::Step;

/// A link that keeps what was sent on it.
class RecordingLink final : public FrameLink {
 public:
  Status send(Frame frame) override {
    sent.push_back(std::move(frame));
    return ok_status();
  }

  Task<Result<Frame>> receive() override { co_return Error(Errc::link_closed, "no frames"); }

  void close() noexcept override {}

  const std::string& peer_name() const override { return name_; }

  ByteView channel_binding() const override { return {}; }

  std::vector<Frame> sent;

 private:
  std::string name_ = "peer";
};

class SessionMuxTest : public ::testing::Test {
 protected:
  SessionMuxTest() {
    mux_.set_link(PartyIndex::p2, &to_p2_);
    mux_.set_link(PartyIndex::p3, &to_p3_);
  }

  static SessionId sid(std::uint8_t first) {
    std::array<std::uint8_t, 32> bytes{};
    bytes[0] = first;
    return SessionId(bytes);
  }

  static Bytes frame(const SessionId& of,
                     Step step,
                     std::string_view payload,
                     std::optional<LeaseStep> lease_step = std::nullopt) {
    SessionFrame out;
    out.sid = of;
    out.lease_step = lease_step;
    out.step = step;
    out.payload = to_bytes(as_bytes(payload));
    return out.encode();
  }

  static Bytes abort_frame(const SessionId& of, std::optional<LeaseStep> lease_step) {
    AbortFrame out;
    out.sid = of;
    out.lease_step = lease_step;
    return out.encode();
  }

  Result<Bytes> receive(MuxChannel& channel, PartyIndex from, Step step) {
    return block_on(context_, channel.receive(from, step));
  }

  std::unique_ptr<MuxChannel> open(const SessionId& id,
                                   std::optional<LeaseStep> lease_step = std::nullopt) {
    return mux_.open(id, lease_step, Deadline::in(real_clock(), Milliseconds(2000))).value();
  }

  const Step first_{mpc::Label::opening, 1};
  const Step second_{mpc::Label::opening, 2};
  asio::io_context context_;
  RecordingLink to_p2_;
  RecordingLink to_p3_;
  SessionMux mux_{context_.get_executor(), PartyIndex::p1};
};

TEST_F(SessionMuxTest, DeliversByPeerAndInOrder) {
  const auto channel = open(sid(1));
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(1), first_, "a")).ok());
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(1), second_, "b")).ok());
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p3, frame(sid(1), first_, "c")).ok());
  EXPECT_EQ(as_text(*receive(*channel, PartyIndex::p3, first_)), "c");
  EXPECT_EQ(as_text(*receive(*channel, PartyIndex::p2, first_)), "a");
  EXPECT_EQ(as_text(*receive(*channel, PartyIndex::p2, second_)), "b");
}

TEST_F(SessionMuxTest, KeepsFramesThatComeBeforeTheirSession) {
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(1), first_, "early")).ok());
  const auto channel = open(sid(1));
  EXPECT_EQ(as_text(*receive(*channel, PartyIndex::p2, first_)), "early");
}

TEST_F(SessionMuxTest, DropsFramesThatWaitedTooLong) {
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(1), first_, "early")).ok());
  mux_.drop_stale(real_clock().now() + std::chrono::seconds(1));
  const auto channel =
      mux_.open(sid(1), std::nullopt, Deadline::in(real_clock(), Milliseconds(1))).value();
  EXPECT_EQ(receive(*channel, PartyIndex::p2, first_).error().code(), Errc::peer_timeout);
}

TEST_F(SessionMuxTest, BoundsEarlyFramesOfOnePeerAndLease) {
  const std::string large(300'000, 'x');
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(9), first_, large)).ok());
  }
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p3, frame(sid(1), first_, "other peer")).ok());
  const auto flooded = open(sid(9));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(receive(*flooded, PartyIndex::p2, first_).ok());
  }
  const auto channel = open(sid(1));
  EXPECT_EQ(as_text(*receive(*channel, PartyIndex::p3, first_)), "other peer");
}

TEST_F(SessionMuxTest, BoundsHowManyLeasesEarlyFramesMayName) {
  constexpr std::size_t kLeases = SessionMux::kEarlyLeasesMax + 10;
  const auto lease_step = [](std::size_t i) {
    return LeaseStep(sid(static_cast<std::uint8_t>(100 + i)), 1);
  };
  for (std::size_t i = 0; i < kLeases; ++i) {
    const Bytes early = frame(sid(1), first_, "early", lease_step(i));
    ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, early).ok());
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < kLeases; ++i) {
    const auto channel =
        mux_.open(sid(1), lease_step(i), Deadline::in(real_clock(), Milliseconds(1))).value();
    kept += receive(*channel, PartyIndex::p2, first_).ok() ? 1U : 0U;
  }
  EXPECT_EQ(kept, SessionMux::kEarlyLeasesMax);
}

/// Frames without a payload cost memory too, and a peer may be in many sessions.
TEST_F(SessionMuxTest, BoundsWhatAPeerSendsAheadOfItsSessions) {
  constexpr std::size_t kFrames = SessionMux::kInboxBytesMax / 50;
  const auto flooded = open(sid(1));
  const Bytes empty = frame(sid(1), first_, "");
  for (std::size_t i = 0; i < kFrames && !flooded->failure(); ++i) {
    ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, empty).ok());
  }
  ASSERT_TRUE(flooded->failure());
  EXPECT_EQ(flooded->failure()->code(), Errc::peer_malformed);

  const auto second = open(sid(2));
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(2), first_, "more")).ok());
  EXPECT_TRUE(second->failure());
  const auto third = open(sid(3));
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p3, frame(sid(3), first_, "other peer")).ok());
  EXPECT_TRUE(receive(*third, PartyIndex::p3, first_).ok());
}

TEST_F(SessionMuxTest, AnEndedSessionFreesWhatItsPeerSentAhead) {
  const std::string half(SessionMux::kInboxBytesMax / 2, 'x');
  for (std::uint8_t i = 1; i < 5; ++i) {
    const auto channel = open(sid(i));
    ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(i), first_, half)).ok());
    EXPECT_FALSE(channel->failure());
  }
}

TEST_F(SessionMuxTest, NothingIsReadAfterASessionFailed) {
  const auto channel = open(sid(1));
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(1), first_, "a")).ok());
  ASSERT_TRUE(mux_.on_abort_frame(PartyIndex::p3, abort_frame(sid(1), std::nullopt)).ok());
  EXPECT_EQ(receive(*channel, PartyIndex::p2, first_).error().code(), Errc::peer_aborted);
}

TEST_F(SessionMuxTest, AnotherStepThanExpectedIsAViolation) {
  const auto channel = open(sid(1));
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(1), second_, "b")).ok());
  EXPECT_EQ(receive(*channel, PartyIndex::p2, first_).error().code(), Errc::peer_malformed);
}

TEST_F(SessionMuxTest, AnotherSidForTheSameLeaseStepShowsAtOnce) {
  const LeaseStep step(sid(100), 5);
  const auto channel = open(sid(1), step);
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(2), first_, "a", step)).ok());
  EXPECT_EQ(receive(*channel, PartyIndex::p3, first_).error().code(), Errc::session_mismatch);
}

TEST_F(SessionMuxTest, AnotherSidForTheSameLeaseStepShowsEvenIfItCameFirst) {
  const LeaseStep step(sid(100), 5);
  ASSERT_TRUE(mux_.on_session_frame(PartyIndex::p2, frame(sid(2), first_, "a", step)).ok());
  const auto channel = open(sid(1), step);
  EXPECT_EQ(receive(*channel, PartyIndex::p3, first_).error().code(), Errc::session_mismatch);
}

TEST_F(SessionMuxTest, AnAbortByLeaseStepEndsTheSession) {
  const LeaseStep step(sid(100), 5);
  const auto channel = open(sid(1), step);
  ASSERT_TRUE(mux_.on_abort_frame(PartyIndex::p3, abort_frame(SessionId(), step)).ok());
  EXPECT_EQ(receive(*channel, PartyIndex::p2, first_).error().code(), Errc::peer_aborted);
}

TEST_F(SessionMuxTest, AnEarlyAbortEndsTheSessionWhenItOpens) {
  const LeaseStep step(sid(100), 5);
  ASSERT_TRUE(mux_.on_abort_frame(PartyIndex::p3, abort_frame(SessionId(), step)).ok());
  const auto channel = open(sid(1), step);
  EXPECT_EQ(receive(*channel, PartyIndex::p2, first_).error().code(), Errc::peer_aborted);
}

TEST_F(SessionMuxTest, ALostLinkEndsItsSessions) {
  const auto channel = open(sid(1));
  mux_.set_link(PartyIndex::p3, nullptr);
  EXPECT_EQ(receive(*channel, PartyIndex::p2, first_).error().code(), Errc::link_closed);
}

TEST_F(SessionMuxTest, APeerThatSaysNothingIsATimeout) {
  const auto channel =
      mux_.open(sid(1), std::nullopt, Deadline::in(real_clock(), Milliseconds(5))).value();
  EXPECT_EQ(receive(*channel, PartyIndex::p2, first_).error().code(), Errc::peer_timeout);
}

TEST_F(SessionMuxTest, AnUnfinishedChannelTellsBothPeers) {
  open(sid(1)).reset();
  ASSERT_EQ(to_p2_.sent.size(), 1U);
  ASSERT_EQ(to_p3_.sent.size(), 1U);
  EXPECT_EQ(to_p2_.sent[0].type, static_cast<std::uint8_t>(PeerFrame::abort));
}

TEST_F(SessionMuxTest, AFinishedChannelTellsNobody) {
  auto channel = open(sid(1));
  channel->finish();
  channel.reset();
  EXPECT_TRUE(to_p2_.sent.empty());
}

TEST_F(SessionMuxTest, ASidIsOpenOnce) {
  const auto channel = open(sid(1));
  EXPECT_EQ(
      mux_.open(sid(1), std::nullopt, Deadline::in(real_clock(), Milliseconds(5))).error().code(),
      Errc::already_exists);
}

}  // namespace
}  // namespace tercet::node
