// Attack 16 of docs/protocol.md 13: two honest nodes hold different framings of one key version (an
// id whose command failed at one of them was used again), so that a proxy opens two tags under one
// e. The difference of the tags is a polynomial in H with known coefficients.

#include "core/crypto/gcm.h"
#include "core/xks/framing.h"
#include "mpc/engine/release.h"
#include "mpc/prf/labels.h"
#include "mpc/session/consent_seal.h"
#include "node/policy/request_authoriser.inl.h"
#include "tests/sim/kms_signer.h"
#include "tests/sim/raw_proxy.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

struct AnyFraming : node::FullRequestDefences {
  static constexpr bool framing_in_sid = false;
};

std::unique_ptr<node::Authoriser> without_framing(const node::NodeServiceOptions& options,
                                                  node::KeyDirectory& keys) {
  return std::make_unique<node::RequestAuthoriser<AnyFraming>>(
      options, keys, KmsSigner::secret_of, system_wall_clock(), real_clock());
}

/// Node 3 frames the health key otherwise than its peers.
class TwoFramings : public RawProxy {
 protected:
  using RawProxy::RawProxy;

  void frame_otherwise() {
    cluster_.keys(PartyIndex::p3).entries.at(cluster_.health_key()).facts.framing =
        mpc::wire::AadFraming::raw;
  }
};

TEST_F(TwoFramings, NodesThatFrameDifferentlyMakeNoSlotTogether) {
  frame_otherwise();
  send_all(ProxyFrame::make_slots, slots(0, 0));
  for (const PartyIndex party : mpc::kAllParties) {
    const auto refused = mpc::wire::Refused::decode(wait(party, ProxyFrame::refused).body);
    EXPECT_TRUE(refused->reason == Errc::session_mismatch || refused->reason == Errc::peer_aborted)
        << errc_name(refused->reason);
  }
}

class TwoFramingsInOneSession : public TwoFramings {
 protected:
  TwoFramingsInOneSession() : TwoFramings(&without_framing) {}
};

TEST_F(TwoFramingsInOneSession, TellTheDifferenceOfTwoTagsUnderOneSlot) {
  frame_otherwise();
  send_all(ProxyFrame::make_slots, slots(0, 0));
  mpc::wire::SlotsMade made;
  for (const PartyIndex party : mpc::kAllParties) {
    made = mpc::wire::SlotsMade::decode(wait(party, ProxyFrame::slots_made).body).value();
  }
  mpc::wire::EncryptRequest request = encrypt_in(made.sid, 1);
  request.aad.assign(32, 0xaa);
  send_all(ProxyFrame::encrypt, request);
  const auto released = [&](PartyIndex party) {
    return mpc::wire::TagReleased::decode(wait(party, ProxyFrame::tag_released).body).value();
  };
  const mpc::wire::TagReleased of_2 = released(PartyIndex::p2);
  const mpc::wire::TagReleased of_3 = released(PartyIndex::p3);
  ASSERT_EQ(of_2.sid, of_3.sid);
  const auto from_2 = mpc::open_sealed(of_3.consent_own, mpc::kSealTag, of_2.next);
  const auto from_3 = mpc::open_sealed(of_2.consent_next, mpc::kSealTag, of_3.own);
  ASSERT_TRUE(from_2.ok() && from_3.ok());
  Bytes learned = xor_of(*from_2, *from_3);  // component 3 of both tags' difference

  // The corrupt node 1 knows its own components.
  const Bytes framed = xks::gcm_aad(request.aad, xks::version_metadata(KeyVersion(1))).value();
  const mpc::KeyMaterial& own =
      *cluster_.keys(PartyIndex::p1).entries.at(cluster_.health_key()).material;
  mpc::BlockShares difference =
      mpc::tag_shares(own, mpc::ByteShares(16), framed, request.ciphertext);
  const mpc::BlockShares raw =
      mpc::tag_shares(own, mpc::ByteShares(16), request.aad, request.ciphertext);
  mpc::xor_into(difference.bytes, raw.bytes);
  learned = xor_of(learned, xor_of(own_of(difference.bytes), next_of(difference.bytes)));

  // The truth, with the whole key.
  const Bytes key = InProcessCluster::health_key_bytes();
  const Bytes iv(made.ivs.begin(), made.ivs.end());
  const Bytes keystream = aes256gcm_encrypt(key, iv, {}, Bytes(16)).value().ciphertext;
  const Bytes plain = xor_of(keystream, request.ciphertext);
  const auto one = aes256gcm_encrypt(key, iv, framed, plain).value().tag;
  const auto other = aes256gcm_encrypt(key, iv, request.aad, plain).value().tag;
  EXPECT_EQ(to_hex(learned), to_hex(xor_of(one, other)));
}

}  // namespace
}  // namespace tercet::test
