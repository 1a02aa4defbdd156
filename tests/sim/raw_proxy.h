#pragma once

#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/async/deadline.h"
#include "tests/sim/in_process_cluster.h"

namespace tercet::test {

/// A second proxy whose links a test writes to by itself: it has a lease and a batch, and obeys
/// nothing (attacks 2, 3, 6, 10, 11 and 13 of protocol.md 13).
class RawProxy : public ::testing::Test {
 protected:
  using ProxyFrame = mpc::wire::ProxyFrame;

  RawProxy() = default;

  explicit RawProxy(InProcessCluster::AuthoriserMaker make_authoriser)
      : cluster_(make_authoriser) {}

  void SetUp() override {
    ASSERT_TRUE(cluster_.settle());
    open_lease();
  }

  void open_lease() {
    mpc::wire::ProposeLease propose;
    propose.ticket = 1;
    propose.nonce.fill(7);
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      links_[place(party)] = cluster_.raw_link(party, "proxy-2", stamps_);
      send(party, ProxyFrame::propose_lease, propose.encode());
    }
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      const Frame opened = wait(party, ProxyFrame::lease_opened);
      lease_ = mpc::wire::LeaseOpened::decode(opened.body)->lease;
    }
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      const Frame ready = wait(party, ProxyFrame::batch_ready);
      batch_ = mpc::wire::BatchReady::decode(ready.body)->batch;
    }
  }

  void send(mpc::PartyIndex party, ProxyFrame type, Bytes body) {
    Frame frame(static_cast<std::uint8_t>(type), std::move(body));
    ASSERT_TRUE(links_[place(party)]->send(std::move(frame)).ok());
  }

  template <class Message>
  void send_all(ProxyFrame type, const Message& message) {
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      send(party, type, message.encode());
    }
  }

  /// The next frame of this type; others are skipped.
  Frame wait(mpc::PartyIndex party, ProxyFrame type) {
    const Deadline until = Deadline::in(real_clock(), Milliseconds(60000));
    while (!until.passed()) {
      Result<Frame> frame = block_on(cluster_.context(),
                                     with_deadline(links_[place(party)]->receive(),
                                                   Deadline::in(real_clock(), Milliseconds(50))));
      if (!frame.ok()) {
        cluster_.beat();
      } else if (frame->type == static_cast<std::uint8_t>(type)) {
        return std::move(frame).value();
      } else if (frame->type == static_cast<std::uint8_t>(ProxyFrame::refused)) {
        const auto refused = mpc::wire::Refused::decode(frame->body);
        ADD_FAILURE() << "refused: " << (refused.ok() ? errc_name(refused->reason) : "?");
        return Frame();
      }
    }
    ADD_FAILURE() << "the frame did not come";
    return Frame();
  }

  /// Reads away what lies in the links: a frame read late would count with its old stamp.
  void drain() {
    for (const auto& link : links_) {
      while (block_on(cluster_.context(),
                      with_deadline(link->receive(), Deadline::in(real_clock(), Milliseconds(20))))
                 .ok()) {
      }
    }
  }

  Errc refusal(mpc::PartyIndex party) {
    const auto refused = mpc::wire::Refused::decode(wait(party, ProxyFrame::refused).body);
    return refused.ok() ? refused->reason : Errc::internal;
  }

  /// One slot of one block, for the health key unless the test says otherwise.
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

  SessionId make(const mpc::wire::MakeSlots& request) {
    send_all(ProxyFrame::make_slots, request);
    SessionId sid;
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      sid = mpc::wire::SlotsMade::decode(wait(party, ProxyFrame::slots_made).body)->sid;
    }
    return sid;
  }

  SessionId make_one_slot() { return make(slots(0, 0)); }

  /// Of the key in the store, as KmsSigner takes it.
  std::string path(std::string_view operation) const {
    return "keys/" + cluster_.store_key().text() + "/" + std::string(operation);
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
  std::shared_ptr<StampedParty> stamps_ = std::make_shared<StampedParty>();
  std::array<std::unique_ptr<FrameLink>, 3> links_;
  LeaseId lease_;
  BatchId batch_;
};

}  // namespace tercet::test
