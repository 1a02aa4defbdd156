// Attack 10 of protocol.md 13: honest nodes agree on a plan that is equal but invalid.

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "mpc/aes/ctr_block.inl.h"
#include "mpc/aes/round_layers.h"
#include "mpc/engine/engine.inl.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/open/opening.inl.h"
#include "mpc/wire/release.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

/// Counter blocks start where the plan says: with 1, so that J0 becomes an output.
struct CountersFromPlan : mpc::FullDefences {
  static constexpr std::uint32_t first_counter = 1;
};

struct UnboundKeystream : mpc::FullDefences {
  static constexpr bool bind_keystream = false;
};

struct FormulaIvs : mpc::FullDefences {
  static constexpr bool random_ivs = false;
};

/// P1 is the receiver: seals hide nothing from it, and without them its messages are easy to read.
struct PlainOpenings : mpc::FullDefences {
  static constexpr bool consent_seals = false;
};

const Bytes kKey(32, 0x10);

class Attack_10_InvalidPlan : public ::testing::Test {
 protected:
  template <class Defences>
  OfParties<mpc::Keystream> keystream(const ThreeKeys& keys, const mpc::Iv& iv) {
    const auto session = cluster_.session();
    auto vectors = cluster_.vectors(mpc::vectors_needed(1));
    return all_ok(run_keystream<Defences>(*session, keys, {iv, iv, iv}, 1, vectors));
  }

  /// What the proxy gets for a ciphertext of 16 zero bytes with the right tag under `iv`.
  template <class Defences>
  Result<Bytes> first_keystream_block() {
    const GcmCiphertext sealed = aes256gcm_encrypt(kKey, iv_, {}, own_plaintext()).value();
    return decrypt_with<Defences>(
        cluster_,
        keystream<Defences>(keys_, iv_),
        keys_,
        mpc::TaggedCiphertext(iv_, {}, sealed.ciphertext, tag_of(sealed.tag)));
  }

  /// The first keystream block itself, so that the ciphertext is zero.
  Bytes own_plaintext() const {
    return aes256gcm_encrypt(kKey, iv_, {}, Bytes(16)).value().ciphertext;
  }

  Bytes e() const {
    const Bytes j0 = ByteWriter().raw(iv_).u32(1).take();
    const auto block = aes256_block(kKey, j0);
    return Bytes(block.begin(), block.end());
  }

  EngineCluster cluster_{10};
  ThreeKeys keys_ = cluster_.derive_key(kKey);
  const mpc::Iv iv_ = iv_of(Bytes(12, 0x01));
};

TEST_F(Attack_10_InvalidPlan, J0IsNeverAnOutput) {
  const Bytes block = first_keystream_block<mpc::FullDefences>().value();
  EXPECT_NE(block, e());
  EXPECT_EQ(block, own_plaintext());
}

TEST_F(Attack_10_InvalidPlan, J0IsAnOutputWhereThePlanChoosesCounters) {
  EXPECT_EQ(first_keystream_block<CountersFromPlan>().value(), e());
}

TEST_F(Attack_10_InvalidPlan, OverlappingVectorRangesAreRefused) {
  OfParties<mpc::OneHotBatch> batches = cluster_.batches(3 * 208);
  ASSERT_TRUE(batches[0].take(0, 2 * 208).ok());
  const auto overlapping = batches[0].take(208, 208);
  ASSERT_FALSE(overlapping.ok());
  EXPECT_EQ(overlapping.error().code(), Errc::already_burnt);
  EXPECT_TRUE(batches[0].take(2 * 208, 208).ok());
}

TEST_F(Attack_10_InvalidPlan, ARangeThatEndsOutsideItsBatchIsRefusedAndBurnsNothing) {
  OfParties<mpc::OneHotBatch> batches = cluster_.batches(2 * 208);
  const auto beyond = batches[0].take(208, 209);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().code(), Errc::out_of_range);
  EXPECT_EQ(batches[0].mark(), 0U);
}

/// Runs J0 alone and hears component 3 of the first layer, which P1 lacks.
Bytes heard_component(EngineCluster& cluster,
                      const ThreeKeys& keys,
                      const mpc::Iv& iv,
                      OfParties<mpc::VectorRange> vectors) {
  const auto session = cluster.session();
  Bytes heard;
  session->network().listen([&heard](const SentMessage& message) {
    if (message.to == PartyIndex::p1 && message.from == PartyIndex::p2 && heard.empty()) {
      heard = message.payload;
    }
  });
  all_ok(run_keystream<PlainOpenings>(*session, keys, {iv, iv, iv}, 0, vectors));
  return heard;
}

TEST_F(Attack_10_InvalidPlan, OverlappingVectorRangesTellADifferenceOfStates) {
  // two takes of one range, as by a node that keeps no mark
  const auto masks_and_bits = [](std::uint8_t seed) {
    return EngineCluster(seed).vectors(mpc::vectors_needed(0));
  };
  const mpc::Iv other_iv = iv_of(Bytes(12, 0x02));
  const Bytes first = heard_component(cluster_, keys_, iv_, masks_and_bits(99));
  const Bytes second = heard_component(cluster_, keys_, other_iv, masks_and_bits(99));
  const auto state = [this](const mpc::Iv& iv) {
    const mpc::AesShares aes = keys_[place(PartyIndex::p2)]->aes();
    mpc::ByteShares shares = mpc::first_round(*aes.first_round, mpc::counter_blocks(iv, 0, 2));
    mpc::add_middle_round(shares, *aes.round_keys, 1);
    return next_of(shares);
  };
  const Bytes difference = xor_of(state(iv_), state(other_iv));
  const Bytes both = xor_of(first, second);
  EXPECT_NE(std::search(both.begin(), both.end(), difference.begin(), difference.end()),
            both.end());
}

/// Keystream of one IV, request and tag of another.
class Attack_10_ForeignKeystream : public Attack_10_InvalidPlan {
 protected:
  template <class Defences>
  Result<Bytes> play() {
    const mpc::Iv signed_iv = iv_of(Bytes(12, 0x0f));
    const GcmCiphertext sealed = aes256gcm_encrypt(kKey, iv_, {}, Bytes(16, 0x61)).value();
    const mpc::TaggedCiphertext request(signed_iv, {}, sealed.ciphertext, tag_of(sealed.tag));
    return decrypt_with<Defences>(cluster_, keystream<Defences>(keys_, iv_), keys_, request);
  }
};

TEST_F(Attack_10_ForeignKeystream, OfAnotherIvIsRefused) {
  EXPECT_EQ(play<mpc::FullDefences>().error().code(), Errc::wrong_state);
}

TEST_F(Attack_10_ForeignKeystream, OfAnotherIvOpensWhatNobodySignedWithoutTheCheck) {
  EXPECT_EQ(play<UnboundKeystream>().value(), Bytes(16, 0x61));
}

/// A slot of the first key, used for the second.
template <class Defences>
Result<mpc::Tag> tag_with_foreign_slot(EngineCluster& cluster,
                                       OfParties<mpc::Keystream> slots,
                                       const ThreeKeys& other_keys) {
  mpc::wire::FromNodes<mpc::wire::TagReleased> released;
  const SessionId sid = cluster.fresh_sid();
  for (const PartyIndex i : mpc::kAllParties) {
    mpc::Slot slot(KeyVersion(1), std::move(slots[place(i)]));
    TERCET_TRY(const mpc::TagRelease part,
               mpc::release_tag<Defences>(
                   cluster.seat(i, sid), std::move(slot), *other_keys[place(i)], {}, {}));
    released[place(i)] = part.message;
  }
  return mpc::wire::open_tag<Defences>(released);
}

TEST_F(Attack_10_ForeignKeystream, ASlotOfAnotherKeyIsRefused) {
  const ThreeKeys other = cluster_.derive_key(Bytes(32, 0x11));
  const auto tag = tag_with_foreign_slot<mpc::FullDefences>(
      cluster_, keystream<mpc::FullDefences>(keys_, iv_), other);
  EXPECT_EQ(tag.error().code(), Errc::wrong_state);
}

TEST_F(Attack_10_ForeignKeystream, ASlotOfAnotherKeyGivesEAwayWithoutTheCheck) {
  // GHASH of nothing is 0 under any H: the "tag" is e of the slot's key
  const ThreeKeys other = cluster_.derive_key(Bytes(32, 0x11));
  const auto tag = tag_with_foreign_slot<UnboundKeystream>(
      cluster_, keystream<UnboundKeystream>(keys_, iv_), other);
  EXPECT_EQ(to_hex(tag.value()), to_hex(e()));
}

/// The IV of a one-slot session with this sid, as the nodes open it.
template <class Defences>
mpc::Iv slot_iv(EngineCluster& cluster, const ThreeKeys& keys, const SessionId& sid) {
  const auto session = cluster.session(sid);
  auto vectors = cluster.vectors(mpc::slot_vectors_needed(1, 0));
  auto slots = all_ok(run_three<std::vector<mpc::Slot>>(session->network(), [&](PartyIndex i) {
    return mpc::make_slots<Defences>(session->party(i),
                                     keys[place(i)],
                                     KeyVersion(1),
                                     mpc::SlotsPlan(1, 0),
                                     std::move(vectors[place(i)]));
  }));
  return slots[0][0].iv();
}

/// A proxy tries numbers of its own until the formula gives two IVs with the same first 2 bytes
/// (scaled down from 12), without asking any node.
std::pair<SessionId, SessionId> search_equal_ivs(EngineCluster& cluster) {
  std::map<std::uint16_t, SessionId> seen;
  for (;;) {
    const SessionId sid = cluster.fresh_sid();
    const mpc::Iv iv = mpc::engine_detail::formula_ivs(sid, 1)[0];
    const auto [known, fresh] = seen.emplace(load_u16(ByteView(iv).first(2)), sid);
    if (!fresh) {
      return {known->second, sid};
    }
  }
}

bool same_start(const mpc::Iv& a, const mpc::Iv& b) {
  return a[0] == b[0] && a[1] == b[1];
}

TEST_F(Attack_10_InvalidPlan, EqualIvsCannotBeSearchedFor) {
  const auto [one, other] = search_equal_ivs(cluster_);
  EXPECT_FALSE(same_start(slot_iv<mpc::FullDefences>(cluster_, keys_, one),
                          slot_iv<mpc::FullDefences>(cluster_, keys_, other)));
}

TEST_F(Attack_10_InvalidPlan, EqualIvsAreFoundWhereAFormulaMakesThem) {
  const auto [one, other] = search_equal_ivs(cluster_);
  EXPECT_TRUE(same_start(slot_iv<FormulaIvs>(cluster_, keys_, one),
                         slot_iv<FormulaIvs>(cluster_, keys_, other)));
}

}  // namespace
}  // namespace tercet::test
