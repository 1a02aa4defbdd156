#include "node/link/peer_frames.h"

#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "tests/unit/node/link/exact_frames.h"

namespace tercet::node {
namespace {

class PeerFrames : public ::testing::Test {
 protected:
  DeterministicRandom random_{as_bytes("peer frames test")};

  SessionId some_sid() { return SessionId(random_.array<32>()); }
};

TEST_F(PeerFrames, HeartbeatIsExact) {
  Heartbeat beat;
  beat.session_count = 3;
  beat.echo = random_.array<16>();
  beat.held_us = 70'000;
  beat.ran = {some_sid(), some_sid()};
  expect_exact(beat);
}

TEST_F(PeerFrames, ProposalIsExact) {
  Proposal proposal;
  proposal.kind = SessionKind::key_command;
  proposal.opener = "P1";
  proposal.vectors.count = 484;
  proposal.plan = to_bytes(as_bytes("plan"));
  expect_exact(proposal);
}

TEST_F(PeerFrames, ProposalOfAnUnknownKindIsMalformed) {
  Proposal proposal;
  proposal.kind = static_cast<SessionKind>(9);
  EXPECT_EQ(Proposal::decode(proposal.encode()).error().code(), Errc::peer_malformed);
}

TEST_F(PeerFrames, AbortIsExact) {
  AbortFrame abort;
  abort.sid = some_sid();
  abort.reason = Errc::replayed;
  expect_exact(abort);
  abort.lease_step = LeaseStep(some_sid(), 12);
  expect_exact(abort);
}

TEST_F(PeerFrames, SessionFrameKeepsItsPayload) {
  SessionFrame frame;
  frame.sid = some_sid();
  frame.lease_step = LeaseStep(some_sid(), 12);
  frame.step = mpc::Step{mpc::Label::opening, 4};
  frame.payload = to_bytes(as_bytes("payload"));
  const auto decoded = SessionFrame::decode(frame.encode());
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->payload, frame.payload);
  EXPECT_EQ(decoded->step, frame.step);
  EXPECT_EQ(decoded->lease_step, frame.lease_step);
}

TEST_F(PeerFrames, PairNameIsOfALowerAndAHigherNode) {
  PairNameNews news;
  news.lower = 1;
  news.higher = 3;
  expect_exact(news);
  news.lower = 3;
  EXPECT_FALSE(PairNameNews::decode(news.encode()).ok());
  news.lower = 0;
  EXPECT_FALSE(PairNameNews::decode(news.encode()).ok());
}

TEST_F(PeerFrames, CommandIdsAreExactAndBounded) {
  CommandIds wanted;
  while (wanted.ids.size() < kCommandsWantedMax) {
    wanted.ids.emplace_back(random_.array<CommandId::kBytes>());
  }
  expect_exact(wanted);
  wanted.ids.emplace_back(random_.array<CommandId::kBytes>());
  EXPECT_FALSE(CommandIds::decode(wanted.encode()).ok());
}

}  // namespace
}  // namespace tercet::node
