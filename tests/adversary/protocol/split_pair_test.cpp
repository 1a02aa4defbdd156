// Attack 3 of protocol.md 13: P2 and P3, both honest, hold different copies of their common
// component, and only corrupt P1 would see it while it happens.

#include <gtest/gtest.h>

#include "mpc/onehot/batch.inl.h"
#include "tests/adversary/protocol/two_layers.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

struct WithoutCopyCheck : mpc::FullDefences {
  static constexpr bool copy_check = false;
};

constexpr std::size_t kVectors = 256;

template <class Defences>
ThreeResults<mpc::RawVectors> produce(JointSession& session) {
  return run_three<mpc::RawVectors>(session.network(), [&](PartyIndex i) {
    return mpc::produce_vectors<Defences>(session.party(i), kVectors);
  });
}

/// Status has no place in Result<T>: done or not.
template <class Defences>
Task<Result<bool>> verify(mpc::Party& party, const mpc::RawVectors& raw) {
  TERCET_CO_TRY_STATUS(co_await mpc::verify_vectors<Defences>(party, raw));
  co_return true;
}

/// A batch in which P3's copy of component 3 of the first mask is not P2's.
class SplitBatch {
 public:
  explicit SplitBatch(EngineCluster& cluster) : session_(cluster.session()) {
    raw_ = all_ok(produce<mpc::FullDefences>(*session_));
    mpc::mutable_view_of(raw_[place(PartyIndex::p3)].masks.own)[0] ^= TwoLayersRun::kDelta;
  }

  template <class Defences>
  ThreeResults<bool> verified() {
    return run_three<bool>(session_->network(), [&](PartyIndex i) {
      return verify<Defences>(session_->party(i), raw_[place(i)]);
    });
  }

  OfParties<mpc::VectorRange> vectors() {
    OfParties<mpc::VectorRange> out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      mpc::OneHotBatch batch(session_->party(PartyIndex::p1).sid(),
                             mpc::ParticipantSet::p123,
                             kVectors,
                             raw_[i].masks.clone(),
                             bits(i));
      out[i] = batch.take(0, 2).value();
    }
    return out;
  }

  mpc::ByteShares bits(std::size_t party) const {
    return mpc::detail::transposed(raw_[party].vector_lanes.clone(), raw_[party].blocks);
  }

 private:
  std::unique_ptr<JointSession> session_;
  OfParties<mpc::RawVectors> raw_;
};

TEST(Attack_3_SplitPair, FailsTheCopyCheckAtBoth) {
  EngineCluster cluster(3);
  SplitBatch batch(cluster);
  const ThreeResults<bool> ends = batch.verified<mpc::FullDefences>();
  for (const PartyIndex honest : {PartyIndex::p2, PartyIndex::p3}) {
    ASSERT_FALSE(ends[place(honest)]->ok());
    EXPECT_EQ(ends[place(honest)]->error().code(), Errc::protocol_abort);
  }
}

/// Every other check passes, and even the full defences cannot help once such a vector is used.
TEST(Attack_3_SplitPair, TellsADifferenceOfTwoSecretsWithoutTheCopyCheck) {
  EngineCluster cluster(3);
  SplitBatch batch(cluster);
  const ThreeResults<bool> ends = batch.verified<WithoutCopyCheck>();
  for (const PartyIndex party : mpc::kAllParties) {
    ASSERT_TRUE(ends[place(party)]->ok()) << ends[place(party)]->error().to_string();
  }
  TwoLayersRun run(cluster);
  run.play<mpc::FullDefences>(batch.vectors(), batch.bits(0).slice(0, mpc::kVectorBytes), nullptr);
  EXPECT_EQ(run.learned(), TwoLayersRun::truth());
}

// Aborted batch, shifted numbering. P1 spoils the end of a first batch towards P3 alone: P2 has a
// batch that P3 dropped. Both make a second one.

OfParties<std::optional<mpc::OneHotBatch>> make_batches(EngineCluster& cluster, bool spoil_for_p3) {
  const auto session = cluster.session();
  if (spoil_for_p3) {
    session->network().corrupt(
        PartyIndex::p1, [](PartyIndex to, mpc::Step step, Bytes payload) -> std::optional<Bytes> {
          if (to == PartyIndex::p3 && step.label == mpc::Label::zero_check) {
            payload.back() ^= 1U;
          }
          return payload;
        });
  }
  auto ends = run_three<mpc::OneHotBatch>(session->network(), [&](PartyIndex i) {
    return mpc::make_batch(session->party(i), kVectors);
  });
  OfParties<std::optional<mpc::OneHotBatch>> out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (ends[i]->ok()) {
      out[i] = std::move(*ends[i]).value();
    }
  }
  return out;
}

class Attack_3_AbortedBatch : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(first_[place(PartyIndex::p2)].has_value());
    ASSERT_FALSE(first_[place(PartyIndex::p3)].has_value());
    for (const PartyIndex party : mpc::kAllParties) {
      ASSERT_TRUE(second_[place(party)].has_value());
    }
  }

  /// Component 3 of the first mask of a batch.
  static std::uint8_t at_p2(mpc::OneHotBatch& batch) {
    return next_of(batch.take(0, 1).value().masks())[0];
  }

  static std::uint8_t at_p3(mpc::OneHotBatch& batch) {
    return own_of(batch.take(0, 1).value().masks())[0];
  }

  EngineCluster cluster_{33};
  OfParties<std::optional<mpc::OneHotBatch>> first_ = make_batches(cluster_, true);
  OfParties<std::optional<mpc::OneHotBatch>> second_ = make_batches(cluster_, false);
};

/// A plan names a batch by its sid, so P3 refuses the one it lacks (tests/sim/lying_proxy_test.cpp)
/// and of the other one both hold the same copy.
TEST_F(Attack_3_AbortedBatch, ShiftsNothingWhereBatchesAreNamedBySid) {
  EXPECT_NE(first_[place(PartyIndex::p2)]->id(), second_[place(PartyIndex::p2)]->id());
  ASSERT_EQ(second_[place(PartyIndex::p2)]->id(), second_[place(PartyIndex::p3)]->id());
  EXPECT_EQ(at_p2(*second_[place(PartyIndex::p2)]), at_p3(*second_[place(PartyIndex::p3)]));
}

/// "The node's first batch": P2 masks one value with what P3 keeps for another request. When P2's
/// turn with that mask comes, P1 has two values under it.
TEST_F(Attack_3_AbortedBatch, GivesOneMaskToTwoValuesWhereBatchesAreNumbered) {
  const std::uint8_t value_a = 0x5c;
  const std::uint8_t value_b = 0x17;
  mpc::OneHotBatch& number_1_of_p3 = *second_[place(PartyIndex::p3)];
  mpc::OneHotBatch& number_2_of_p2 = *second_[place(PartyIndex::p2)];
  const int heard_in_a = value_a ^ at_p3(number_1_of_p3);
  const int heard_in_b = value_b ^ at_p2(number_2_of_p2);
  EXPECT_EQ(heard_in_a ^ heard_in_b, value_a ^ value_b);
}

}  // namespace
}  // namespace tercet::test
