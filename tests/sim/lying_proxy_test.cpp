#include <gtest/gtest.h>

#include "core/async/deadline.h"
#include "tests/sim/in_process_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;

/// A corrupt proxy with links of its own (attacks 2, 10 and 13 of protocol.md 13).
class LyingProxy : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(cluster_.settle());
    mpc::wire::ProposeLease propose;
    propose.ticket = 1;
    propose.nonce.fill(7);
    for (const PartyIndex party : mpc::kAllParties) {
      links_[place(party)] = cluster_.raw_link(party, "proxy-2");
      send(party, ProxyFrame::propose_lease, propose.encode());
    }
    for (const PartyIndex party : mpc::kAllParties) {
      const Frame opened = wait(party, ProxyFrame::lease_opened);
      lease_ = mpc::wire::LeaseOpened::decode(opened.body)->lease;
    }
    for (const PartyIndex party : mpc::kAllParties) {
      const Frame ready = wait(party, ProxyFrame::batch_ready);
      batch_ = mpc::wire::BatchReady::decode(ready.body)->batch;
    }
  }

  void send(PartyIndex party, ProxyFrame type, Bytes body) {
    Frame frame(static_cast<std::uint8_t>(type), std::move(body));
    ASSERT_TRUE(links_[place(party)]->send(std::move(frame)).ok());
  }

  /// The next frame of this type; others are skipped.
  Frame wait(PartyIndex party, ProxyFrame type) {
    for (int i = 0; i < 200; ++i) {
      Result<Frame> frame =
          block_on(cluster_.context(),
                   with_deadline(links_[place(party)]->receive(), Deadline::in(Milliseconds(50))));
      if (!frame.ok()) {
        cluster_.beat();
      } else if (frame->type == static_cast<std::uint8_t>(type)) {
        return std::move(frame).value();
      }
    }
    ADD_FAILURE() << "the frame did not come";
    return Frame();
  }

  Errc refusal(PartyIndex party) {
    const auto refused = mpc::wire::Refused::decode(wait(party, ProxyFrame::refused).body);
    return refused.ok() ? refused->reason : Errc::internal;
  }

  mpc::wire::MakeSlots slots(std::uint64_t counter, std::uint32_t first) const {
    mpc::wire::MakeSlots request;
    request.ticket = 100 + counter;
    request.remaining_ms = 2000;
    request.lease = lease_;
    request.counter = SessionCounter(counter);
    request.key = cluster_.health_key();
    request.count = 1;
    request.blocks = 1;
    request.vectors.batch = batch_;
    request.vectors.first = first;
    return request;
  }

  void send_all(const mpc::wire::MakeSlots& request) {
    for (const PartyIndex party : mpc::kAllParties) {
      send(party, ProxyFrame::make_slots, request.encode());
    }
  }

  SessionId make_one_slot() {
    send_all(slots(0, 0));
    SessionId sid;
    for (const PartyIndex party : mpc::kAllParties) {
      sid = mpc::wire::SlotsMade::decode(wait(party, ProxyFrame::slots_made).body)->sid;
    }
    return sid;
  }

  mpc::wire::EncryptRequest encrypt_in(const SessionId& slot, std::uint64_t counter) const {
    mpc::wire::EncryptRequest request;
    request.ticket = 200 + counter;
    request.remaining_ms = 2000;
    request.lease = lease_;
    request.counter = SessionCounter(counter);
    request.slot_session = slot;
    request.ciphertext.assign(16, 1);
    return request;
  }

  InProcessCluster cluster_;
  std::array<std::unique_ptr<FrameLink>, 3> links_;
  LeaseId lease_;
  BatchId batch_;
};

TEST_F(LyingProxy, Attack10_OverlappingVectorsAndUsedCountersAreBurnt) {
  make_one_slot();
  send(PartyIndex::p1, ProxyFrame::make_slots, slots(1, 415).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::already_burnt);
  send(PartyIndex::p2, ProxyFrame::make_slots, slots(0, 416).encode());
  EXPECT_EQ(refusal(PartyIndex::p2), Errc::already_burnt);
}

TEST_F(LyingProxy, Attack2_DifferentPlansToDifferentNodesReleaseNothing) {
  send(PartyIndex::p1, ProxyFrame::make_slots, slots(0, 0).encode());
  send(PartyIndex::p2, ProxyFrame::make_slots, slots(0, 0).encode());
  send(PartyIndex::p3, ProxyFrame::make_slots, slots(0, 1).encode());
  for (const PartyIndex party : mpc::kAllParties) {
    const Errc reason = refusal(party);
    EXPECT_TRUE(reason == Errc::session_mismatch || reason == Errc::peer_aborted)
        << errc_name(reason);
  }
}

TEST_F(LyingProxy, Attack11_ASlotMeetsOneMessage) {
  const SessionId slot = make_one_slot();
  send(PartyIndex::p1, ProxyFrame::encrypt, encrypt_in(slot, 1).encode());
  wait(PartyIndex::p1, ProxyFrame::tag_released);
  send(PartyIndex::p1, ProxyFrame::encrypt, encrypt_in(slot, 2).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::already_burnt);
}

TEST_F(LyingProxy, Attack13_ABadlySignedEncryptBurnsItsSlot) {
  const SessionId slot = make_one_slot();
  mpc::wire::EncryptRequest unsigned_request = encrypt_in(slot, 1);
  unsigned_request.request.method = "POST";
  unsigned_request.request.target = "/kms/xks/v1/keys/health/encrypt";
  send(PartyIndex::p3, ProxyFrame::encrypt, unsigned_request.encode());
  EXPECT_EQ(refusal(PartyIndex::p3), Errc::denied);
  send(PartyIndex::p3, ProxyFrame::encrypt, encrypt_in(slot, 2).encode());
  EXPECT_EQ(refusal(PartyIndex::p3), Errc::already_burnt);
}

TEST_F(LyingProxy, Attack13_AnotherProxysLeaseIsRefused) {
  links_[0] = cluster_.raw_link(PartyIndex::p1, "proxy-3");
  send(PartyIndex::p1, ProxyFrame::make_slots, slots(0, 0).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::closed);
}

}  // namespace
}  // namespace tercet::test
