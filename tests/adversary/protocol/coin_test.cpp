// Attack 4 of protocol.md 13: a coin known before everything it judges is fixed, with a barrier
// sent while a message is withheld; a coin opened differently to two nodes.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/adversary/protocol/corrupt_p1.h"

namespace tercet::test {
namespace {

using mpc::Block128;
using mpc::BlockShares;
using mpc::PartyIndex;

struct WithoutBarrier : mpc::FullDefences {
  static constexpr bool barrier = false;
};

struct WithoutCoinComparison : mpc::FullDefences {
  static constexpr bool coin_compare = false;
};

OfParties<BlockShares> blocks_of(ByteView value, RandomSource& random) {
  OfParties<mpc::ByteShares> shares = split(value, random);
  return {BlockShares(std::move(shares[0])),
          BlockShares(std::move(shares[1])),
          BlockShares(std::move(shares[2]))};
}

/// Two products. P1 keeps its part of them back from P3, and once it knows the weights adds errors
/// that cancel under them: g1*g2 ^ g2*g1 = 0.
template <class Defences>
Task<Result<BlockShares>> err_by_the_weights(mpc::Party& p1,
                                             const BlockShares& x,
                                             const BlockShares& y) {
  SecretBytes terms = mpc::detail::local_products(x, y);
  p1.add_zero_share(mpc::kUseProductZeros, 0, mpc::mutable_view_of(terms));
  TERCET_CO_TRY(OwedProduct owed, co_await owe_product(p1, std::move(terms)));
  TERCET_CO_TRY_STATUS(early_barrier<Defences>(p1));
  TERCET_CO_TRY(const RushedCoin rushed, co_await rush_coin(p1));
  const Bytes weights = rushed.coin.expand("weights", 2);
  const MutableByteView sent = mpc::mutable_view_of(owed.own);
  mpc::xor_bytes(sent.first(16), ByteView(weights).last(16));
  mpc::xor_bytes(sent.last(16), ByteView(weights).first(16));
  const BlockShares z(pay_product(p1, std::move(owed)));
  TERCET_CO_TRY_STATUS(co_await settle_coin(p1, rushed));

  // from here on as the protocol has it
  mpc::ZeroCheck check(p1);
  check.add_copies(x.bytes);
  check.add_copies(y.bytes);
  check.add_copies(z.bytes);
  BlockShares factors = mpc::detail::weighted(x, weights);
  BlockShares claim = mpc::detail::weighted_sum(z, weights);
  TERCET_CO_TRY_STATUS(co_await mpc::verify_inner_product<Defences>(
      p1, std::move(factors), y.clone(), std::move(claim), check));
  mpc::Checked<mpc::Coin> coin = mpc::CoinProtocol<Corrupt>::vouch(rushed.coin);
  TERCET_CO_TRY_STATUS(
      co_await mpc::finish_zero_check<Defences>(p1, std::move(check), std::move(coin)));
  co_return z.clone();
}

class Attack_4_EarlyCoin : public ::testing::Test {
 protected:
  Attack_4_EarlyCoin() {
    session_->network().listen([this](const SentMessage& message) {
      coin_was_told_ |= message.from != PartyIndex::p1 && message.step.label == mpc::Label::coin;
    });
  }

  template <class Defences>
  ThreeResults<BlockShares> play() {
    return run_three<BlockShares>(session_->network(), [&](PartyIndex i) {
      mpc::Party& party = session_->party(i);
      return i == PartyIndex::p1
                 ? err_by_the_weights<Defences>(party, x_[0], y_[0])
                 : mpc::multiply_verified<Defences>(party, x_[place(i)], y_[place(i)]);
    });
  }

  EngineCluster cluster_{4};
  std::unique_ptr<JointSession> session_ = cluster_.session();
  const Bytes x_value_ = Bytes(32, 0x44);
  const Bytes y_value_ = Bytes(32, 0x9a);
  OfParties<BlockShares> x_ = blocks_of(x_value_, cluster_.random());
  OfParties<BlockShares> y_ = blocks_of(y_value_, cluster_.random());
  bool coin_was_told_ = false;
};

TEST_F(Attack_4_EarlyCoin, IsNotToldWhileAMessageIsWithheld) {
  const auto ends = play<mpc::FullDefences>();
  EXPECT_FALSE(coin_was_told_);
  EXPECT_FALSE(ends[place(PartyIndex::p2)]->ok());
  EXPECT_FALSE(ends[place(PartyIndex::p3)]->ok());
}

TEST_F(Attack_4_EarlyCoin, LetsWrongProductsPassWithoutBarriers) {
  const auto ends = play<WithoutBarrier>();
  ASSERT_TRUE(ends[place(PartyIndex::p2)]->ok())
      << ends[place(PartyIndex::p2)]->error().to_string();
  ASSERT_TRUE(ends[place(PartyIndex::p3)]->ok());
  const mpc::ByteShares& at_2 = ends[place(PartyIndex::p2)]->value().bytes;
  const mpc::ByteShares& at_3 = ends[place(PartyIndex::p3)]->value().bytes;
  const Bytes accepted = xor_of(xor_of(own_of(at_2), next_of(at_2)), next_of(at_3));
  Bytes right(32);
  mpc::multiply_each(x_value_, y_value_, right);
  EXPECT_NE(accepted, right);
}

/// One product x*y whose verification ends with the opening of a point on the line through x and a
/// random value. P1 sends P3 a false part of the coin that chooses the point, hears component 3 of
/// two points of the line, and so of x.
class Attack_4_TwoCoins : public ::testing::Test {
 protected:
  static constexpr std::uint8_t kFlip = 0x40;

  template <class Defences>
  void play() {
    MemoryNetwork& network = session_->network();
    network.corrupt(
        PartyIndex::p1,
        [tosses = 0](PartyIndex to, mpc::Step step, Bytes payload) mutable -> std::optional<Bytes> {
          if (to == PartyIndex::p3 && step.label == mpc::Label::coin && ++tosses == 2) {
            payload.back() ^= kFlip;
          }
          return payload;
        });
    network.listen([this](const SentMessage& message) {
      if (message.to == PartyIndex::p1) {
        const Bytes payload = to_bytes(ByteView(message.payload).subspan(mpc::kTranscriptBytes));
        if (message.step.label == mpc::Label::coin && message.from == PartyIndex::p2) {
          coins_.push_back(coin_of(message.step.round, payload));
        }
        if (message.step.label == mpc::Label::opening) {
          opened_[place(message.from)] = to_bytes(ByteView(payload).first(16));
        }
      }
    });
    ends_ = run_three<BlockShares>(network, [&](PartyIndex i) {
      return mpc::multiply_verified<Defences>(session_->party(i), x_[place(i)], y_[place(i)]);
    });
  }

  mpc::Coin coin_of(std::uint32_t round, ByteView part_of_p2) {
    const mpc::ByteShares mine =
        session_->party(PartyIndex::p1).random_shares(mpc::kUseCoin, round, part_of_p2.size());
    return coin_from(xor_of(part_of_p2, xor_of(own_of(mine), next_of(mine))));
  }

  static mpc::Coin coin_from(const Bytes& seed) {
    std::array<std::uint8_t, 32> bytes{};
    std::copy(seed.begin(), seed.end(), bytes.begin());
    return mpc::Coin(bytes);
  }

  static Block128 point(const mpc::Coin& coin) {
    const std::array excluded = {mpc::kBlockZero, mpc::kBlockOne, mpc::kBlockTwo};
    return coin.element("rho", excluded);
  }

  /// x from component 3 of two points of the line f(p) = weight*x * (1 ^ p) ^ random * p.
  Bytes learned() const {
    const mpc::Coin& true_coin = coins_.at(1);
    Bytes false_seed(true_coin.seed().begin(), true_coin.seed().end());
    false_seed.back() ^= kFlip;
    const Block128 p2 = point(true_coin);
    const Block128 p3 = point(coin_from(false_seed));
    const Block128 f2 = mpc::load_block(opened_[place(PartyIndex::p2)]);
    const Block128 f3 = mpc::load_block(opened_[place(PartyIndex::p3)]);
    const Block128 slope = mpc::multiply(f2 ^ f3, mpc::inverse(p2 ^ p3));
    const Block128 at_zero = f2 ^ mpc::multiply(p2, slope);
    const Block128 weight = mpc::load_block(coins_.at(0).expand("weights", 1));
    Bytes component_3(16);
    mpc::store_block(component_3, mpc::multiply(at_zero, mpc::inverse(weight)));
    return xor_of(component_3, xor_of(own_of(x_[0].bytes), next_of(x_[0].bytes)));
  }

  EngineCluster cluster_{44};
  std::unique_ptr<JointSession> session_ = cluster_.session();
  const Bytes secret_ = Bytes(16, 0x7e);
  OfParties<BlockShares> x_ = blocks_of(secret_, cluster_.random());
  OfParties<BlockShares> y_ = blocks_of(Bytes(16, 0x31), cluster_.random());
  std::vector<mpc::Coin> coins_;
  OfParties<Bytes> opened_;
  ThreeResults<BlockShares> ends_;
};

TEST_F(Attack_4_TwoCoins, StopTheNodeThatGotTheFalsePart) {
  play<mpc::FullDefences>();
  EXPECT_EQ(ends_[place(PartyIndex::p3)]->error().code(), Errc::protocol_abort);
  EXPECT_TRUE(opened_[place(PartyIndex::p3)].empty());
  EXPECT_FALSE(ends_[place(PartyIndex::p2)]->ok());
}

TEST_F(Attack_4_TwoCoins, TellTheFactorWithoutComparison) {
  play<WithoutCoinComparison>();
  ASSERT_FALSE(opened_[place(PartyIndex::p3)].empty());
  EXPECT_EQ(learned(), secret_);
}

}  // namespace
}  // namespace tercet::test
