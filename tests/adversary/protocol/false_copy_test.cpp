// Attack 1 of protocol.md 13: corrupt P1 sends P3 a false copy of an opened value and P2 the true
// one; both go on.

#include <gtest/gtest.h>

#include "tests/adversary/protocol/two_layers.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

struct WithoutComparison : mpc::FullDefences {
  static constexpr bool compare_copies = false;
};

/// Dealt vectors, and P1's shares of the first one.
class DealtVectors {
 public:
  explicit DealtVectors(EngineCluster& cluster) {
    const Bytes masks = {0x3d, 0x92};
    Bytes bits(masks.size() * mpc::kVectorBytes);
    for (std::size_t v = 0; v < masks.size(); ++v) {
      bits[v * mpc::kVectorBytes + masks[v] / 8] = static_cast<std::uint8_t>(1U << (masks[v] % 8));
    }
    auto mask_shares = split(masks, cluster.random());
    auto bit_shares = split(bits, cluster.random());
    bits_of_p1 = bit_shares[0].slice(0, mpc::kVectorBytes);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      mpc::OneHotBatch batch(cluster.fresh_sid(),
                             mpc::ParticipantSet::p123,
                             masks.size(),
                             std::move(mask_shares[i]),
                             std::move(bit_shares[i]));
      vectors[i] = batch.take(0, 2).value();
    }
  }

  OfParties<mpc::VectorRange> vectors;
  mpc::ByteShares bits_of_p1;
};

/// The first opening's copy for P3 is false.
std::optional<Bytes> false_copy_to_p3(PartyIndex to, mpc::Step step, Bytes payload) {
  if (to == PartyIndex::p3 && step.round == 0) {
    payload.back() ^= TwoLayersRun::kDelta;
  }
  return payload;
}

class Attack_1_FalseCopy : public ::testing::Test {
 protected:
  template <class Defences>
  void play() {
    DealtVectors dealt(cluster_);
    run_.play<Defences>(std::move(dealt.vectors), std::move(dealt.bits_of_p1), false_copy_to_p3);
  }

  EngineCluster cluster_{1};
  TwoLayersRun run_{cluster_};
};

TEST_F(Attack_1_FalseCopy, StopsItsReceiverBeforeItSendsAnythingMore) {
  play<mpc::FullDefences>();
  ASSERT_TRUE(run_.ends()[place(PartyIndex::p3)].has_value());
  ASSERT_FALSE(run_.ends()[place(PartyIndex::p3)]->ok());
  EXPECT_EQ(run_.ends()[place(PartyIndex::p3)]->error().code(), Errc::protocol_abort);
  EXPECT_EQ(run_.heard(PartyIndex::p3).size(), 1U);
  EXPECT_FALSE(run_.ends()[place(PartyIndex::p2)]->ok());
  EXPECT_FALSE(run_.learned().has_value());
}

TEST_F(Attack_1_FalseCopy, TellsADifferenceOfTwoSecretsWithoutComparison) {
  play<WithoutComparison>();
  EXPECT_EQ(run_.learned(), TwoLayersRun::truth());
}

}  // namespace
}  // namespace tercet::test
