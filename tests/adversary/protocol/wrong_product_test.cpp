// Attack 9 of protocol.md 13: a wrong product, a wrong element in the recursion that verifies it,
// and one chosen when the coin is known.

#include <gtest/gtest.h>

#include "tests/adversary/protocol/corrupt_p1.h"

namespace tercet::test {

struct WithoutProductCheck : mpc::FullDefences {
  static constexpr bool verify_products = false;
};

struct WithoutBarriers : mpc::FullDefences {
  static constexpr bool barrier = false;
};

}  // namespace tercet::test

namespace tercet::mpc {

template <>
Task<Result<ByteShares>> exchange_products<test::Erring<test::WithoutProductCheck>>(Party& party,
                                                                                    SecretBytes z) {
  return test::exchange_with_errors<test::Erring<test::WithoutProductCheck>>(party, std::move(z));
}

}  // namespace tercet::mpc

namespace tercet::test {
namespace {

using mpc::Block128;
using mpc::BlockShares;
using mpc::PartyIndex;

OfParties<BlockShares> blocks_of(ByteView value, RandomSource& random) {
  OfParties<mpc::ByteShares> shares = split(value, random);
  return {BlockShares(std::move(shares[0])),
          BlockShares(std::move(shares[1])),
          BlockShares(std::move(shares[2]))};
}

class Attack_9_WrongProduct : public ::testing::Test {
 protected:
  void make(std::size_t count) {
    x_value_.resize(16 * count);
    y_value_.resize(16 * count);
    cluster_.random().fill(x_value_);
    cluster_.random().fill(y_value_);
    x_ = blocks_of(x_value_, cluster_.random());
    y_ = blocks_of(y_value_, cluster_.random());
  }

  /// P1 adds an error to its n-th product message, and to its own copy of it.
  template <class Defences>
  void err_in(std::size_t wrong_message) {
    Erring<Defences>::begin([wrong_message](std::size_t n, MutableByteView z) {
      if (n == wrong_message) {
        z.back() ^= 0x01;
      }
    });
    const auto session = cluster_.session();
    ends_ = run_three<BlockShares>(session->network(), [&](PartyIndex i) {
      mpc::Party& party = session->party(i);
      const BlockShares& x = x_[place(i)];
      const BlockShares& y = y_[place(i)];
      return i == PartyIndex::p1 ? mpc::multiply_verified<Erring<Defences>>(party, x, y)
                                 : mpc::multiply_verified<Defences>(party, x, y);
    });
  }

  bool accepted() const {
    return ends_[place(PartyIndex::p2)]->ok() && ends_[place(PartyIndex::p3)]->ok();
  }

  bool refused() const {
    return !ends_[place(PartyIndex::p2)]->ok() && !ends_[place(PartyIndex::p3)]->ok();
  }

  /// What P2 and P3 hold together is x*y.
  bool right() const {
    const mpc::ByteShares& at_2 = ends_[place(PartyIndex::p2)]->value().bytes;
    const mpc::ByteShares& at_3 = ends_[place(PartyIndex::p3)]->value().bytes;
    Bytes products(x_value_.size());
    mpc::multiply_each(x_value_, y_value_, products);
    return xor_of(xor_of(own_of(at_2), next_of(at_2)), next_of(at_3)) == products;
  }

  EngineCluster cluster_{9};
  Bytes x_value_;
  Bytes y_value_;
  OfParties<BlockShares> x_;
  OfParties<BlockShares> y_;
  ThreeResults<BlockShares> ends_;
};

TEST_F(Attack_9_WrongProduct, AnHonestRunIsAccepted) {
  make(4);
  err_in<mpc::FullDefences>(0);
  ASSERT_TRUE(accepted());
  EXPECT_TRUE(right());
}

TEST_F(Attack_9_WrongProduct, AWrongProductIsRefused) {
  make(4);
  err_in<mpc::FullDefences>(1);
  EXPECT_TRUE(refused());
  EXPECT_EQ(ends_[place(PartyIndex::p2)]->error().code(), Errc::protocol_abort);
}

TEST_F(Attack_9_WrongProduct, AWrongProductIsUsedWithoutVerification) {
  make(4);
  err_in<WithoutProductCheck>(1);
  ASSERT_TRUE(accepted());
  EXPECT_FALSE(right());
}

/// Four products: message 1 makes them, 2 and 3 halve, 4 is of the last level.
TEST_F(Attack_9_WrongProduct, AWrongElementOfAnyLevelIsRefused) {
  for (const std::size_t message : {2U, 3U, 4U}) {
    make(4);
    err_in<mpc::FullDefences>(message);
    EXPECT_TRUE(refused()) << message;
  }
  EXPECT_EQ(Erring<mpc::FullDefences>::messages, 4U);
}

/// Two products, the first wrong by kError. P1 keeps back its part of h(0), h(2) until it knows
/// rho, and then moves h(2) so that the wrong claim goes over into a right one at rho.
class Attack_9_AdaptiveElement : public Attack_9_WrongProduct {
 protected:
  static constexpr Block128 kError{0x1234, 0x5678};

  /// The error of h(2) that cancels `claim_error`, which is in h(1), at the point: the Lagrange
  /// weights there are p(p^t)/(1^t) and p(p^1)/(t(t^1)).
  static Block128 cancelling(Block128 claim_error, Block128 point) {
    const Block128 t = mpc::kBlockTwo;
    const Block128 ratio = mpc::multiply(mpc::multiply(point ^ t, t),  //
                                         mpc::inverse(point ^ mpc::kBlockOne));
    return mpc::multiply(claim_error, ratio);
  }

  template <class Defences>
  static Task<Status> halve_adaptively(mpc::Party& p1,
                                       BlockShares& x,
                                       BlockShares& y,
                                       BlockShares& z,
                                       Block128 claim_error,
                                       mpc::ZeroCheck& check) {
    SecretBytes terms = mpc::detail::halves_at_zero_and_two(x, y);
    p1.add_zero_share(mpc::kUseCheckZeros, 0, mpc::mutable_view_of(terms));
    TERCET_CO_TRY(OwedProduct owed, co_await owe_product(p1, std::move(terms)));
    TERCET_CO_TRY_STATUS(early_barrier<Defences>(p1));
    TERCET_CO_TRY(const RushedCoin rushed, co_await rush_coin(p1));
    const std::array excluded = {mpc::kBlockZero, mpc::kBlockOne};
    const Block128 rho = rushed.coin.element("rho", excluded);
    Bytes error(16);
    mpc::store_block(error, cancelling(claim_error, rho));
    mpc::xor_bytes(mpc::mutable_view_of(owed.own).last(16), error);
    const mpc::ByteShares values = pay_product(p1, std::move(owed));
    TERCET_CO_TRY_STATUS(co_await settle_coin(p1, rushed));
    check.add_copies(values);
    const BlockShares h0(values.slice(0, 16));
    const BlockShares h2(values.slice(16, 16));
    BlockShares h1 = z.clone();
    mpc::xor_into(h1.bytes, h0.bytes);
    mpc::detail::fold_halves(x, rho);
    mpc::detail::fold_halves(y, rho);
    z = mpc::detail::interpolate(h0, h1, h2, rho);
    co_return ok_status();
  }

  template <class Defences>
  static Task<Result<BlockShares>> corrupt(mpc::Party& p1,
                                           const BlockShares& x,
                                           const BlockShares& y) {
    TERCET_CO_TRY(const BlockShares z,
                  co_await mpc::multiply<Erring<mpc::FullDefences>>(p1, x, y, 0));
    mpc::ZeroCheck check(p1);
    check.add_copies(x.bytes);
    check.add_copies(y.bytes);
    check.add_copies(z.bytes);
    TERCET_CO_TRY(mpc::Checked<mpc::Coin> coin, co_await mpc::toss_coin<Defences>(p1));
    const Bytes weights = coin.get().expand("weights", 2);
    BlockShares factors = mpc::detail::weighted(x, weights);
    BlockShares others = y.clone();
    BlockShares claim = mpc::detail::weighted_sum(z, weights);
    const Block128 claim_error =
        mpc::multiply(kError, mpc::load_block(ByteView(weights).first(16)));
    TERCET_CO_TRY_STATUS(
        co_await halve_adaptively<Defences>(p1, factors, others, claim, claim_error, check));
    TERCET_CO_TRY_STATUS(co_await mpc::finish_inner_product<Defences>(
        p1, std::move(factors), std::move(others), std::move(claim), check));
    TERCET_CO_TRY_STATUS(
        co_await mpc::finish_zero_check<Defences>(p1, std::move(check), std::move(coin)));
    co_return z.clone();
  }

  template <class Defences>
  void play() {
    make(2);
    Erring<mpc::FullDefences>::begin([](std::size_t /*n*/, MutableByteView z) {
      Bytes error(16);
      mpc::store_block(error, kError);
      mpc::xor_bytes(z.first(16), error);
    });
    const auto session = cluster_.session();
    ends_ = run_three<BlockShares>(session->network(), [&](PartyIndex i) {
      mpc::Party& party = session->party(i);
      const BlockShares& x = x_[place(i)];
      const BlockShares& y = y_[place(i)];
      return i == PartyIndex::p1 ? corrupt<Defences>(party, x, y)
                                 : mpc::multiply_verified<Defences>(party, x, y);
    });
  }
};

TEST_F(Attack_9_AdaptiveElement, CannotBeChosenBehindABarrier) {
  play<mpc::FullDefences>();
  EXPECT_TRUE(refused());
}

TEST_F(Attack_9_AdaptiveElement, HidesAWrongProductWithoutBarriers) {
  play<WithoutBarriers>();
  ASSERT_TRUE(accepted()) << ends_[place(PartyIndex::p2)]->error().to_string();
  EXPECT_FALSE(right());
}

}  // namespace
}  // namespace tercet::test
