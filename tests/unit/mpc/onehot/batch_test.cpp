#include "mpc/onehot/batch.h"

#include <array>
#include <bit>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "tests/support/cpu_paths.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

class Batches : public ::testing::TestWithParam<mpc::CpuPath> {
 protected:
  void SetUp() override {
    TERCET_SKIP_WITHOUT(GetParam());
    path_.emplace(GetParam());
  }

  OfParties<mpc::OneHotBatch> make(std::size_t count) {
    session_ = cluster_.session();
    return all_ok(run_three<mpc::OneHotBatch>(session_->network(), [&](PartyIndex i) {
      return mpc::make_batch(session_->party(i), count);
    }));
  }

  EngineCluster cluster_{31};
  std::unique_ptr<JointSession> session_;
  std::optional<UseCpuPath> path_;
};

/// Opens masks and vectors, as only a test may.
void expect_one_hot_at_masks(OfParties<mpc::OneHotBatch>& batches) {
  const auto count = static_cast<std::uint32_t>(batches[0].count());
  OfParties<mpc::ByteShares> masks;
  OfParties<mpc::ByteShares> bits;
  for (const PartyIndex i : mpc::kAllParties) {
    mpc::VectorRange range = batches[place(i)].take(0, count).value();
    masks[place(i)] = range.masks().clone();
    bits[place(i)] = mpc::VectorUse(std::move(range)).bits().clone();
  }
  const Bytes index = opened(masks);
  const Bytes vectors = opened(bits);
  ASSERT_EQ(vectors.size(), std::size_t{32} * count);
  for (std::size_t v = 0; v < count; ++v) {
    Bytes expected(32);
    expected[index[v] / 8] = static_cast<std::uint8_t>(1U << (index[v] % 8));
    ASSERT_EQ(to_hex(ByteView(vectors).subspan(32 * v, 32)), to_hex(expected)) << v;
  }
}

TEST_P(Batches, AreOneHotAtTheirMasks) {
  for (const std::size_t count : {1U, 255U, 256U, 257U, 1500U, 4096U + 300U}) {
    OfParties<mpc::OneHotBatch> batches = make(count);
    EXPECT_EQ(batches[0].count(), count);
    EXPECT_EQ(batches[0].id(), batches[1].id());
    expect_one_hot_at_masks(batches);
  }
}

TEST_P(Batches, MasksAreSpread) {
  OfParties<mpc::OneHotBatch> batches = make(4096);
  OfParties<mpc::ByteShares> masks;
  for (std::size_t i = 0; i < 3; ++i) {
    masks[i] = batches[i].take(0, 4096).value().masks().clone();
  }
  std::array<int, 256> counts{};
  for (const std::uint8_t r : opened(masks)) {
    ++counts[r];
  }
  for (const int count : counts) {
    EXPECT_LT(count, 60);  // 16 expected
  }
}

TEST_P(Batches, TakeThreeHopsAndThoseOfTheCheck) {
  constexpr std::size_t kCount = 1024;
  static_cast<void>(make(kCount));
  EXPECT_EQ(session_->network().hops(), 3 + 3 * std::bit_width(kCount - 1) + 7);
  // 247 bits a vector to the previous peer, little besides
  EXPECT_LT(session_->network().payload_bytes(PartyIndex::p2), kCount * 247 / 8 + 8192);
}

/// Flips one bit that P2 sends; whatever it is, nobody gets a batch.
TEST_P(Batches, OneWrongBitAnywhereInTheLayersFailsTheCheck) {
  for (const std::uint32_t layer : {0U, 1U, 2U}) {
    for (const std::size_t where : {32U, 90U, 135U}) {
      session_ = cluster_.session();
      session_->network().corrupt(
          PartyIndex::p2,
          [&](PartyIndex /*to*/, mpc::Step step, Bytes payload) -> std::optional<Bytes> {
            if (step.label == mpc::Label::product && step.round == layer) {
              payload[where] ^= 0x10;
            }
            return payload;
          });
      const auto results = run_three<mpc::OneHotBatch>(session_->network(), [&](PartyIndex i) {
        return mpc::make_batch(session_->party(i), 512);
      });
      EXPECT_FALSE(results[place(PartyIndex::p1)]->ok());
      EXPECT_FALSE(results[place(PartyIndex::p3)]->ok());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryPath,
                         Batches,
                         ::testing::ValuesIn(mpc::kAllCpuPaths),
                         cpu_path_test_name);

}  // namespace
}  // namespace tercet::test
