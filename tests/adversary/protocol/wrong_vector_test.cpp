// Attack 8 of protocol.md 13: one-hot vectors of another weight or index, and errors that a circuit
// cancels for some masks only.

#include <gtest/gtest.h>

#include "tests/adversary/protocol/corrupt_p1.h"

namespace tercet::test {

/// The circuit of all 256 products: nothing ties the wires u, v to the final bits.
struct DirectCircuit : mpc::FullDefences {
  static constexpr bool complete_by_linearity = false;
};

}  // namespace tercet::test

namespace tercet::mpc {

template <>
Task<Result<ByteShares>> exchange_products<test::Erring<test::DirectCircuit>>(Party& party,
                                                                              SecretBytes z) {
  return test::exchange_with_errors<test::Erring<test::DirectCircuit>>(party, std::move(z));
}

}  // namespace tercet::mpc

namespace tercet::test {
namespace {

using mpc::PartyIndex;

struct WithoutZeroCheck : mpc::FullDefences {
  static constexpr bool zero_check = false;
};

struct WithoutProducts : mpc::FullDefences {
  static constexpr bool verify_products = false;
};

struct WithoutBoth : WithoutZeroCheck {
  static constexpr bool verify_products = false;
};

constexpr std::size_t kVectors = 256;

/// Status has no place in Result<T>: done or not.
template <class Defences>
Task<Result<bool>> verify(mpc::Party& party, const mpc::RawVectors& raw) {
  TERCET_CO_TRY_STATUS(co_await mpc::verify_vectors<Defences>(party, raw));
  co_return true;
}

void flip_lane_bit(MutableByteView lanes, std::size_t lane, std::size_t vector) {
  std::uint8_t& byte = lanes[lane * mpc::kLaneBytes + vector / 8];
  byte = static_cast<std::uint8_t>(byte ^ (1U << (vector % 8)));
}

/// Fresh vectors in which P1 has flipped bits of one vector: component 1, at itself and, as the
/// messages it should have sent, at P3. More than any error in the circuit could do.
class Attack_8_WrongVector : public ::testing::Test {
 protected:
  static constexpr std::size_t kTarget = 77;

  /// Bits are given relative to the true index: 0 is the 1 itself.
  template <class Defences>
  bool accepted_with(const std::vector<std::uint8_t>& flipped) {
    EngineCluster cluster(8);
    const auto session = cluster.session();
    auto raw = all_ok(run_three<mpc::RawVectors>(session->network(), [&](PartyIndex i) {
      return mpc::produce_vectors(session->party(i), kVectors);
    }));
    const Bytes indices =
        reconstruct(raw[0].masks, raw[1].masks, raw[2].masks).value();  // the test's knowledge
    for (const std::uint8_t bit : flipped) {
      const std::size_t lane = std::size_t{indices[kTarget]} ^ bit;
      flip_lane_bit(mpc::mutable_view_of(raw[0].vector_lanes.own), lane, kTarget);
      flip_lane_bit(mpc::mutable_view_of(raw[2].vector_lanes.next), lane, kTarget);
    }
    const auto ends = run_three<bool>(session->network(), [&](PartyIndex i) {
      return verify<Defences>(session->party(i), raw[place(i)]);
    });
    const bool p2 = ends[place(PartyIndex::p2)]->ok();
    const bool p3 = ends[place(PartyIndex::p3)]->ok();
    EXPECT_EQ(p2, p3) << "one honest node accepts, the other does not";
    return p2 && p3;
  }
};

TEST_F(Attack_8_WrongVector, TheTrueOneIsAccepted) {
  EXPECT_TRUE(accepted_with<mpc::FullDefences>({}));
}

TEST_F(Attack_8_WrongVector, OfWeightZeroIsRefused) {
  EXPECT_FALSE(accepted_with<mpc::FullDefences>({0}));
  EXPECT_FALSE(accepted_with<WithoutProducts>({0}));  // parity
  EXPECT_TRUE(accepted_with<WithoutZeroCheck>({0}));
}

/// Two checks stand against it, each enough.
TEST_F(Attack_8_WrongVector, OfWeightTwoIsRefused) {
  EXPECT_FALSE(accepted_with<mpc::FullDefences>({5}));
  EXPECT_FALSE(accepted_with<WithoutZeroCheck>({5}));
  EXPECT_FALSE(accepted_with<WithoutProducts>({5}));
  EXPECT_TRUE(accepted_with<WithoutBoth>({5}));
}

/// r goes and r ^ 1, r ^ 2, r ^ 3 come: parity and the sum of the indices stay right.
TEST_F(Attack_8_WrongVector, OfWeightThreeIsRefused) {
  EXPECT_FALSE(accepted_with<mpc::FullDefences>({0, 1, 2, 3}));
  EXPECT_FALSE(accepted_with<WithoutZeroCheck>({0, 1, 2, 3}));
  EXPECT_TRUE(accepted_with<WithoutProducts>({0, 1, 2, 3}));
}

TEST_F(Attack_8_WrongVector, OfAnotherIndexIsRefused) {
  EXPECT_FALSE(accepted_with<mpc::FullDefences>({0, 64}));
  EXPECT_FALSE(accepted_with<WithoutProducts>({0, 64}));
  EXPECT_TRUE(accepted_with<WithoutZeroCheck>({0, 64}));
}

/// P1 makes the second-layer wire u[5] of one vector wrong, which turns four of the u wires, and
/// guesses the low half of its mask: it flips the outer products of these wires and its guess. In
/// the direct circuit everything cancels if the guess is right.
template <class Defences>
bool batch_passes(std::size_t target, std::size_t guess) {
  constexpr bool kDirect = !Defences::complete_by_linearity;
  constexpr std::size_t kHighNibbleGate = 9;  // product t[1] w[1] of the high nibble: u[5]
  constexpr std::array<std::size_t, 4> kTurned = {5, 4, 1, 0};
  Erring<Defences>::begin([=](std::size_t n, MutableByteView z) {
    if (n == 2) {
      flip_lane_bit(z, kHighNibbleGate, target);
    }
    for (const std::size_t a : kTurned) {
      if (n == 3 && kDirect) {
        flip_lane_bit(z, 16 * a + guess, target);
      } else if (n == 3 && a > 0 && guess > 0) {
        flip_lane_bit(z, 15 * (a - 1) + guess - 1, target);
      }
    }
  });
  EngineCluster cluster(88);
  const auto session = cluster.session();
  const auto ends = run_three<mpc::OneHotBatch>(session->network(), [&](PartyIndex i) {
    mpc::Party& party = session->party(i);
    return i == PartyIndex::p1 ? mpc::make_batch<Erring<Defences>>(party, kVectors)
                               : mpc::make_batch<Defences>(party, kVectors);
  });
  EXPECT_EQ(ends[place(PartyIndex::p2)]->ok(), ends[place(PartyIndex::p3)]->ok());
  return ends[place(PartyIndex::p2)]->ok();
}

/// The low halves of the masks of that batch.
Bytes true_halves() {
  EngineCluster cluster(88);
  const auto session = cluster.session();
  auto raw = all_ok(run_three<mpc::RawVectors>(session->network(), [&](PartyIndex i) {
    return mpc::produce_vectors(session->party(i), kVectors);
  }));
  Bytes halves = reconstruct(raw[0].masks, raw[1].masks, raw[2].masks).value();
  for (std::uint8_t& half : halves) {
    half &= 0x0fU;
  }
  return halves;
}

constexpr std::array<std::size_t, 3> kTargets = {0, 100, 255};

TEST(Attack_8_CancelledError, FailsForEveryMaskWhereEachWireIsAMarginal) {
  for (const std::size_t target : kTargets) {
    for (std::size_t guess = 0; guess < 16; ++guess) {
      EXPECT_FALSE(batch_passes<mpc::FullDefences>(target, guess)) << target << " " << guess;
    }
  }
}

TEST(Attack_8_CancelledError, TellsHalfAMaskWithTheDirectCircuit) {
  const Bytes halves = true_halves();
  for (const std::size_t target : kTargets) {
    for (std::size_t guess = 0; guess < 16; ++guess) {
      EXPECT_EQ(batch_passes<DirectCircuit>(target, guess), guess == halves[target])
          << target << " " << guess;
    }
  }
}

}  // namespace
}  // namespace tercet::test
