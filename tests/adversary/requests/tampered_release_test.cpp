// Attack 12 of protocol.md 13: corrupt P1 tampers with its messages of a release, with the right
// tag, a wrong one, and one whose right value it knows.

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "mpc/engine/engine.inl.h"
#include "mpc/engine/release.h"
#include "mpc/wire/release.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using Released = mpc::wire::FromNodes<mpc::wire::KeystreamReleased>;

/// Two equal results out of three are enough.
struct Majority : mpc::FullDefences {
  static constexpr bool compare_releases = false;
};

const Bytes kKey(32, 0x0c);

class Attack_12_TamperedRelease : public ::testing::Test {
 protected:
  Released honest(const mpc::Tag& tag) {
    sid_ = cluster_.fresh_sid();
    const mpc::TaggedCiphertext request(iv_, {}, sealed_.ciphertext, tag);
    Released out;
    TERCET_CHECK(release_all(cluster_, sid_, keystreams_, keys_, request, out).ok());
    return out;
  }

  OfParties<mpc::Keystream> keystream() {
    const auto session = cluster_.session();
    auto vectors = cluster_.vectors(mpc::vectors_needed(1));
    return all_ok(run_keystream(*session, keys_, {iv_, iv_, iv_}, 1, vectors));
  }

  /// P1 shifts the plaintext in both pairs that it belongs to.
  static void shift_plaintext(Released& released) {
    released[0].pair_next.masked.back() ^= 0x01;
    released[0].pair_previous.masked.back() ^= 0x01;
  }

  /// P1 knows by how much the tag is off: it moves its copy of component 2 of d by that much, so
  /// that the pads cancel in both pairs that it belongs to.
  void cancel_both_pairs(Released& released, const mpc::Tag& wrong) {
    const mpc::Seat seat = cluster_.seat(PartyIndex::p1, sid_);
    mpc::BlockShares d = mpc::tag_shares(*keys_[0], keystreams_[0].e(), {}, sealed_.ciphertext);
    mpc::xor_public(PartyIndex::p1, d.bytes, wrong);
    const Bytes difference = xor_of(wrong, sealed_.tag);
    d.bytes.next = SecretBytes::copy_of(xor_of(next_of(d.bytes), difference));
    const mpc::GatedMessages gated =
        mpc::gate_keystream(seat, keystreams_[0].blocks(), sealed_.ciphertext.size(), d);
    released[0].pair_next = mpc::engine_detail::seal<mpc::FullDefences>(
        seat, *seat.secrets->with_previous, mpc::kSealKeystream, PartyIndex::p1, gated.with_next);
    released[0].pair_previous = mpc::engine_detail::seal<mpc::FullDefences>(
        seat, *seat.secrets->with_next, mpc::kSealKeystream, PartyIndex::p3, gated.with_previous);
  }

  EngineCluster cluster_{12};
  ThreeKeys keys_ = cluster_.derive_key(kKey);
  const mpc::Iv iv_ = iv_of(Bytes(12, 0x0d));
  GcmCiphertext sealed_ = aes256gcm_encrypt(kKey, iv_, {}, Bytes(16, 0x61)).value();
  OfParties<mpc::Keystream> keystreams_ = keystream();
  SessionId sid_;
};

TEST_F(Attack_12_TamperedRelease, WithTheRightTagAborts) {
  Released released = honest(tag_of(sealed_.tag));
  ASSERT_TRUE(mpc::wire::open_keystream(released, sealed_.ciphertext).ok());
  shift_plaintext(released);
  EXPECT_EQ(mpc::wire::open_keystream(released, sealed_.ciphertext).error().code(),
            Errc::protocol_abort);
}

TEST_F(Attack_12_TamperedRelease, WithTheRightTagFalsifiesThePlaintextOfAMajority) {
  Released released = honest(tag_of(sealed_.tag));
  shift_plaintext(released);
  const Result<Bytes> opened = mpc::wire::open_keystream<Majority>(released, sealed_.ciphertext);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ((*opened)[15], 0x60);
}

TEST_F(Attack_12_TamperedRelease, WithAWrongTagReleasesNothing) {
  mpc::Tag wrong = tag_of(sealed_.tag);
  wrong[3] ^= 0x40;
  Released released = honest(wrong);
  EXPECT_EQ(mpc::wire::open_keystream(released, sealed_.ciphertext).error().code(),
            Errc::bad_ciphertext);
  shift_plaintext(released);
  EXPECT_EQ(mpc::wire::open_keystream(released, sealed_.ciphertext).error().code(),
            Errc::bad_ciphertext);
}

TEST_F(Attack_12_TamperedRelease, WithAWrongTagWhoseRightValueIsKnownAborts) {
  mpc::Tag wrong = tag_of(sealed_.tag);
  wrong[3] ^= 0x40;
  Released released = honest(wrong);
  cancel_both_pairs(released, wrong);
  EXPECT_EQ(mpc::wire::open_keystream(released, sealed_.ciphertext).error().code(),
            Errc::protocol_abort);
}

TEST_F(Attack_12_TamperedRelease, WithAWrongTagWhoseRightValueIsKnownIsAcceptedByAMajority) {
  mpc::Tag wrong = tag_of(sealed_.tag);
  wrong[3] ^= 0x40;
  Released released = honest(wrong);
  cancel_both_pairs(released, wrong);
  const Result<Bytes> opened = mpc::wire::open_keystream<Majority>(released, sealed_.ciphertext);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, Bytes(16, 0x61));
}

}  // namespace
}  // namespace tercet::test
