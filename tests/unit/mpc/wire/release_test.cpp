#include "mpc/wire/release.h"

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

namespace wire = mpc::wire;
using mpc::PartyIndex;

const Bytes kKey(32, 0x33);

/// One slot session of three honest nodes, and what they sent the proxy.
class SlotRelease : public ::testing::Test {
 protected:
  SlotRelease() {
    const SessionId sid = cluster_.fresh_sid();
    const auto session = cluster_.session(sid);
    const mpc::SlotsPlan plan(kCount, kBlocks);
    auto vectors = cluster_.vectors(mpc::slot_vectors_needed(kCount, kBlocks));
    slots_ = all_ok(run_three<std::vector<mpc::Slot>>(session->network(), [&](PartyIndex i) {
      return mpc::make_slots(
          session->party(i), keys_[place(i)], KeyVersion(1), plan, std::move(vectors[place(i)]));
    }));
    for (std::size_t i = 0; i < 3; ++i) {
      made_[i] = mpc::offer_slots(sid, slots_[i]);
    }
  }

  wire::FromNodes<wire::TagReleased> tags(ByteView aad, ByteView ciphertext) {
    const SessionId sid = cluster_.fresh_sid();
    wire::FromNodes<wire::TagReleased> out;
    for (const PartyIndex i : mpc::kAllParties) {
      mpc::Slot slot = std::move(slots_[place(i)].front());
      out[place(i)] = mpc::release_tag(
                          cluster_.seat(i, sid), std::move(slot), *keys_[place(i)], aad, ciphertext)
                          .value()
                          .message;
    }
    return out;
  }

  static constexpr std::size_t kCount = 2;
  static constexpr std::size_t kBlocks = 3;
  EngineCluster cluster_{31};
  ThreeKeys keys_ = cluster_.derive_key(kKey);
  OfParties<std::vector<mpc::Slot>> slots_;
  wire::FromNodes<wire::SlotsMade> made_;
};

TEST_F(SlotRelease, EncryptsAsOpenSslDoes) {
  const wire::CombinedSlots combined = wire::combine_slots(made_, kCount, kBlocks).value();
  EXPECT_EQ(combined.keystream, combined.keystream_second);
  const Bytes plaintext(40, 0x70);
  const Bytes aad = to_bytes(as_bytes("aad"));
  const Bytes ciphertext = xor_of(plaintext, ByteView(combined.keystream).first(40));
  const auto tag = wire::open_tag(tags(aad, ciphertext)).value();

  const GcmCiphertext expected = aes256gcm_encrypt(kKey, combined.ivs[0], aad, plaintext).value();
  EXPECT_EQ(ciphertext, expected.ciphertext);
  EXPECT_EQ(to_hex(tag), to_hex(expected.tag));
}

TEST_F(SlotRelease, RefusesAnswersThatDiffer) {
  auto ivs = made_;
  ivs[1].ivs[0] ^= 1;
  EXPECT_EQ(wire::combine_slots(ivs, kCount, kBlocks).error().code(), Errc::protocol_abort);
  auto version = made_;
  version[2].version = KeyVersion(2);
  EXPECT_EQ(wire::combine_slots(version, kCount, kBlocks).error().code(), Errc::protocol_abort);
  auto sid = made_;
  sid[0].sid = SessionId();
  EXPECT_EQ(wire::combine_slots(sid, kCount, kBlocks).error().code(), Errc::session_mismatch);
  auto component = made_;
  component[0].keystream_own[5] ^= 1;
  EXPECT_EQ(wire::combine_slots(component, kCount, kBlocks).error().code(), Errc::protocol_abort);
  auto length = made_;
  length[0].keystream_next.pop_back();
  EXPECT_EQ(wire::combine_slots(length, kCount, kBlocks).error().code(), Errc::peer_malformed);
}

TEST_F(SlotRelease, RefusesTagsThatDoNotFitTogether) {
  const auto honest = tags({}, Bytes(16));
  ASSERT_TRUE(wire::open_tag(honest).ok());
  auto sid = honest;
  sid[1].sid = SessionId();
  EXPECT_EQ(wire::open_tag(sid).error().code(), Errc::session_mismatch);
  auto consent = honest;
  consent[1].consent_next[0] ^= 1;
  EXPECT_EQ(wire::open_tag(consent).error().code(), Errc::protocol_abort);
  auto component = honest;
  component[0].own.masked[0] ^= 1;
  EXPECT_EQ(wire::open_tag(component).error().code(), Errc::protocol_abort);
  auto length = honest;
  length[2].next.masked.push_back(0);
  EXPECT_EQ(wire::open_tag(length).error().code(), Errc::peer_malformed);
}

}  // namespace
}  // namespace tercet::test
