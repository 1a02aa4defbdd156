// Attack 11 of protocol.md 13: two messages under one slot, and a Decrypt with one honest node
// only.

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "mpc/engine/engine.inl.h"
#include "mpc/field/gf2_128.h"
#include "mpc/wire/release.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using mpc::wire::release_detail::unseal;

struct WithoutSeals : mpc::FullDefences {
  static constexpr bool consent_seals = false;
};

const Bytes kKey(32, 0x0b);

class Attack_11 : public ::testing::Test {
 protected:
  OfParties<mpc::Keystream> keystream() {
    const auto session = cluster_.session();
    auto vectors = cluster_.vectors(mpc::vectors_needed(1));
    return all_ok(run_keystream(*session, keys_, {iv_, iv_, iv_}, 1, vectors));
  }

  EngineCluster cluster_{11};
  ThreeKeys keys_ = cluster_.derive_key(kKey);
  const mpc::Iv iv_ = iv_of(Bytes(12, 0x0b));
};

/// The proxy sends one message to P2 and another to P3 under one slot, in sessions of its choice.
/// P1, corrupt, consents to everything. What the two learn of component 3 of both tags.
class TwoMessages : public Attack_11 {
 protected:
  template <class Defences>
  Result<Bytes> component_3(const mpc::wire::TagReleased& from_p2,
                            const mpc::wire::TagReleased& from_p3) {
    // P2 holds component 3 as `next`, sealed to P3; P3 holds it as `own`, sealed to P2
    TERCET_TRY(const Bytes of_p2,
               unseal<Defences>(from_p3.consent_own, mpc::kSealTag, from_p2.next, 16));
    TERCET_TRY(const Bytes of_p3,
               unseal<Defences>(from_p2.consent_next, mpc::kSealTag, from_p3.own, 16));
    return xor_of(of_p2, of_p3);
  }

  template <class Defences>
  Result<Bytes> play() {
    OfParties<mpc::Keystream> slots = keystream();
    const auto release = [&](PartyIndex i, const SessionId& sid, ByteView message) {
      mpc::Slot slot(KeyVersion(1), std::move(slots[place(i)]));
      return mpc::release_tag<Defences>(
                 cluster_.seat(i, sid), std::move(slot), *keys_[place(i)], {}, message)
          .value()
          .message;
    };
    const auto from_p2 = release(PartyIndex::p2, cluster_.fresh_sid(), message_a_);
    const auto from_p3 = release(PartyIndex::p3, cluster_.fresh_sid(), message_b_);
    return component_3<Defences>(from_p2, from_p3);
  }

  /// H^2 from the difference of component 3 of both tags, which is (A ^ B) * H^2, component 3, and
  /// P1's own components.
  Bytes squared_h(ByteView difference) {
    const mpc::Block128 messages = mpc::load_block(xor_of(message_a_, message_b_));
    const mpc::Block128 third = mpc::multiply(mpc::load_block(difference), mpc::inverse(messages));
    const mpc::BlockShares at_p1 = keys_[0]->h_powers().slice(1, 1);
    Bytes out = xor_of(own_of(at_p1.bytes), next_of(at_p1.bytes));
    Bytes third_bytes(16);
    mpc::store_block(third_bytes, third);
    return xor_of(out, third_bytes);
  }

  Bytes true_squared_h() const {
    const auto h = aes256_block(kKey, Bytes(16));
    Bytes out(16);
    mpc::store_block(out, mpc::square(mpc::load_block(h)));
    return out;
  }

  const Bytes message_a_ = Bytes(16, 0xaa);
  const Bytes message_b_ = Bytes(16, 0x1b);
};

TEST_F(TwoMessages, UnderOneSlotOpenNoTagComponent) {
  const auto learned = play<mpc::FullDefences>();
  ASSERT_FALSE(learned.ok());
  EXPECT_EQ(learned.error().code(), Errc::protocol_abort);
}

TEST_F(TwoMessages, UnderOneSlotTellHWithoutConsentSeals) {
  const Bytes difference = play<WithoutSeals>().value();
  EXPECT_EQ(squared_h(difference), true_squared_h());
}

/// P1 corrupt and P2 honest run a Decrypt that P3 refuses. The pair (1, 2)'s result needs P2's
/// message, sealed to P3.
class OneHonestNode : public Attack_11 {
 protected:
  template <class Defences>
  Result<Bytes> play() {
    const GcmCiphertext sealed = aes256gcm_encrypt(kKey, iv_, {}, Bytes(16, 0x61)).value();
    const mpc::TaggedCiphertext request(iv_, {}, sealed.ciphertext, tag_of(sealed.tag));
    const SessionId sid = cluster_.fresh_sid();
    const auto keystreams = keystream();  // remembered from a session that P3 did run
    const auto release = [&](PartyIndex i) {
      return mpc::release_keystream<Defences>(
                 cluster_.seat(i, sid), keystreams[place(i)], *keys_[place(i)], request)
          .value();
    };
    // P1's own message, opened, since P1 is corrupt and knows it
    const auto from_p1_open = mpc::release_keystream<WithoutSeals>(
        cluster_.seat(PartyIndex::p1, sid), keystreams[0], *keys_[0], request);
    const auto from_p2 = release(PartyIndex::p2);
    const mpc::wire::ConsentKey guess{};  // P3's consent, which nobody gave
    TERCET_TRY(const Bytes of_p2,
               unseal<Defences>(guess, mpc::kSealKeystream, from_p2.pair_previous, 32));
    const Bytes result = xor_of(from_p1_open.value().pair_next.masked, of_p2);
    return xor_of(ByteView(result).last(16), sealed.ciphertext);
  }
};

TEST_F(OneHonestNode, IsNotEnoughForADecrypt) {
  const auto learned = play<mpc::FullDefences>();
  ASSERT_FALSE(learned.ok());
  EXPECT_EQ(learned.error().code(), Errc::protocol_abort);
}

TEST_F(OneHonestNode, IsEnoughWithoutConsentSeals) {
  EXPECT_EQ(play<WithoutSeals>().value(), Bytes(16, 0x61));
}

}  // namespace
}  // namespace tercet::test
