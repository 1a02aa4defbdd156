// Attacks of a corrupt proxy with plans and slots (protocol.md 13): 2, 3, 6, 10, 11, 13. Those with
// signatures are in signed_requests_test.cpp.

#include <algorithm>
#include <optional>

#include "mpc/gcm/limits.h"
#include "tests/sim/raw_proxy.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

using LyingProxy = RawProxy;

TEST_F(LyingProxy, Attack_10_OverlappingVectorsAndUsedCountersAreBurnt) {
  make_one_slot();
  send(PartyIndex::p1,
       ProxyFrame::make_slots,
       slots(1, mpc::slot_vectors_needed(1, 1) - 1).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::already_burnt);
  send(PartyIndex::p2, ProxyFrame::make_slots, slots(0, 416).encode());
  EXPECT_EQ(refusal(PartyIndex::p2), Errc::already_burnt);
}

TEST_F(LyingProxy, Attack_2_DifferentPlansToDifferentNodesReleaseNothing) {
  send(PartyIndex::p1, ProxyFrame::make_slots, slots(0, 0).encode());
  send(PartyIndex::p2, ProxyFrame::make_slots, slots(0, 0).encode());
  send(PartyIndex::p3, ProxyFrame::make_slots, slots(0, 1).encode());
  for (const PartyIndex party : mpc::kAllParties) {
    const Errc reason = refusal(party);
    EXPECT_TRUE(reason == Errc::session_mismatch || reason == Errc::peer_aborted)
        << errc_name(reason);
  }
}

/// A batch that some node aborted is not there under any other name.
TEST_F(LyingProxy, Attack_3_ABatchThatANodeLacksIsRefused) {
  mpc::wire::MakeSlots request = slots(0, 0);
  request.vectors.batch = lease_;
  send(PartyIndex::p3, ProxyFrame::make_slots, request.encode());
  EXPECT_EQ(refusal(PartyIndex::p3), Errc::already_burnt);
}

/// The restarted node forgot, the others ended the lease: what was prepared serves nobody.
TEST_F(LyingProxy, Attack_6_SlotsAndVectorsOfBeforeARestartAreGoneAtAllNodes) {
  const SessionId slot = make_one_slot();
  cluster_.restart(PartyIndex::p2);
  links_[place(PartyIndex::p2)] = cluster_.raw_link(PartyIndex::p2, "proxy-2", stamps_);
  send_all(ProxyFrame::encrypt, encrypt_in(slot, 1));
  for (const PartyIndex party : mpc::kAllParties) {
    EXPECT_EQ(refusal(party), Errc::closed);
  }
  send_all(ProxyFrame::make_slots, slots(2, 416));
  for (const PartyIndex party : mpc::kAllParties) {
    EXPECT_EQ(refusal(party), Errc::closed);
  }
}

TEST_F(LyingProxy, Attack_11_ASlotMeetsOneMessage) {
  const SessionId slot = make_one_slot();
  send(PartyIndex::p1, ProxyFrame::encrypt, encrypt_in(slot, 1).encode());
  wait(PartyIndex::p1, ProxyFrame::tag_released);
  send(PartyIndex::p1, ProxyFrame::encrypt, encrypt_in(slot, 2).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::already_burnt);
}

/// Its keystream would be used twice, or something else in its place.
TEST_F(LyingProxy, Attack_11_AMessageLongerThanItsSlotBurnsIt) {
  const SessionId slot = make_one_slot();
  mpc::wire::EncryptRequest request = encrypt_in(slot, 1);
  request.ciphertext.assign(17, 1);
  send(PartyIndex::p1, ProxyFrame::encrypt, request.encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::out_of_range);
  send(PartyIndex::p1, ProxyFrame::encrypt, encrypt_in(slot, 2).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::already_burnt);
}

TEST_F(LyingProxy, Attack_13_AnotherProxysLeaseIsRefused) {
  links_[0] = cluster_.raw_link(PartyIndex::p1, "proxy-3", stamps_);
  send(PartyIndex::p1, ProxyFrame::make_slots, slots(0, 0).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::closed);
}

/// As one that is restarted again and again within the grace of its old leases.
TEST_F(LyingProxy, AProxyThatProposesGivesUpTheLeasesItHad) {
  const LeaseId first = lease_;
  for (int i = 0; i < 5; ++i) {
    open_lease();
  }
  for (const PartyIndex party : mpc::kAllParties) {
    EXPECT_EQ(cluster_.node(party).report().leases, 3U);  // the nodes' own, and of two proxies
  }
  lease_ = first;
  send(PartyIndex::p2, ProxyFrame::make_slots, slots(0, 0).encode());
  EXPECT_EQ(refusal(PartyIndex::p2), Errc::closed);
}

TEST_F(LyingProxy, ProposesLeasesAtABoundedRate) {
  mpc::wire::ProposeLease propose;
  std::optional<Errc> refused;
  for (propose.ticket = 1000; propose.ticket < 1100 && !refused; ++propose.ticket) {
    send_all(ProxyFrame::propose_lease, propose);
    for (bool answered = false; !answered;) {
      const Result<Frame> frame = block_on(cluster_.context(), links_[0]->receive());
      ASSERT_TRUE(frame.ok());
      if (frame->type == static_cast<std::uint8_t>(ProxyFrame::refused)) {
        refused = mpc::wire::Refused::decode(frame->body)->reason;
      }
      answered = refused || frame->type == static_cast<std::uint8_t>(ProxyFrame::lease_opened);
    }
  }
  EXPECT_EQ(refused, Errc::overloaded);
}

/// A lease id is no secret. What names another's lease must not end what its owner runs there.
TEST_F(LyingProxy, Attack_13_ARefusalInAnotherProxysLeaseAbortsNothingThere) {
  const std::unique_ptr<FrameLink> other =
      cluster_.raw_link(PartyIndex::p1, "proxy-3", std::make_shared<StampedParty>());
  const Frame frame(static_cast<std::uint8_t>(ProxyFrame::make_slots), slots(0, 0).encode());
  ASSERT_TRUE(other->send(frame).ok());
  const Result<Frame> refused = block_on(cluster_.context(), other->receive());
  ASSERT_TRUE(refused.ok());
  ASSERT_EQ(refused->type, static_cast<std::uint8_t>(ProxyFrame::refused));

  make_one_slot();
}

/// The audit file is not the proxy's to fill.
TEST_F(LyingProxy, ReportsOnceAndOnlyOfWhatWasReleased) {
  const auto reports = [this] {
    return std::ranges::count_if(cluster_.audit(PartyIndex::p1), [](const std::string& line) {
      return line.find("\"reported\"") != std::string::npos;
    });
  };
  const auto before = reports();
  const mpc::wire::EncryptRequest request = encrypt_in(make_one_slot(), 1);
  send_all(ProxyFrame::encrypt, request);
  wait(PartyIndex::p1, ProxyFrame::tag_released);
  mpc::wire::Report report;
  report.ticket = request.ticket;
  send(PartyIndex::p1, ProxyFrame::report, report.encode());
  send(PartyIndex::p1, ProxyFrame::report, report.encode());
  report.ticket = 4711;
  send(PartyIndex::p1, ProxyFrame::report, report.encode());
  ASSERT_TRUE(cluster_.rest());
  EXPECT_EQ(reports(), before + 1);
}

}  // namespace
}  // namespace tercet::test
