#pragma once

#include <functional>
#include <utility>

#include "mpc/onehot/batch.inl.h"
#include "mpc/prf/labels.h"
#include "mpc/verify/coin.inl.h"
#include "mpc/verify/products.inl.h"
#include "tests/support/engine_cluster.h"

/// A corrupt P1 that runs the product's own templates with its sending of products, and its part in
/// coins, replaced. It knows what it does: its own shares follow its errors, so no check between
/// itself and an honest node fails for want of care.
namespace tercet::test {

/// Adds errors to the products it sends and goes on as if they were right. Call n (from 1) of
/// `spoil` sees the additive shares of the n-th product message.
template <class Base>
struct Erring : Base {
  static inline std::function<void(std::size_t n, MutableByteView z)> spoil;
  static inline std::size_t messages = 0;

  static void begin(std::function<void(std::size_t n, MutableByteView z)> how) {
    spoil = std::move(how);
    messages = 0;
  }
};

template <class Attack>
Task<Result<mpc::ByteShares>> exchange_with_errors(mpc::Party& party, SecretBytes z) {
  Attack::spoil(++Attack::messages, mpc::mutable_view_of(z));
  TERCET_CO_TRY(const mpc::Round round, party.begin_round(mpc::Label::product));
  mpc::send_message<Attack>(party, round, mpc::Side::previous, to_bytes(mpc::view_of(z)));
  TERCET_CO_TRY(const Bytes from_next,
                co_await mpc::receive_message<Attack>(party, round, mpc::Side::next, z.size()));
  co_return mpc::ByteShares(std::move(z), SecretBytes::copy_of(from_next));
}

inline constexpr std::size_t kCoinBytes = 32;

/// Tag: a corrupt node needs no comparison to believe what it knows.
struct Corrupt {};

/// A coin that P1 knows before P3 has said its part: `round` is still open towards P3.
class RushedCoin {
 public:
  RushedCoin() = default;
  mpc::Round round;
  mpc::Coin coin;
  Bytes own_part;
};

/// Says its part to P2 only and learns the coin from P2's.
inline Task<Result<RushedCoin>> rush_coin(mpc::Party& p1) {
  RushedCoin rushed;
  TERCET_CO_TRY(rushed.round, p1.begin_round(mpc::Label::coin));
  const mpc::ByteShares share =
      p1.random_shares(mpc::kUseCoin, rushed.round.step.round, kCoinBytes);
  Bytes to_p2 = own_of(share);
  rushed.own_part = next_of(share);
  mpc::send_message<mpc::FullDefences>(p1, rushed.round, mpc::Side::next, std::move(to_p2));
  TERCET_CO_TRY(Bytes seed,
                co_await mpc::receive_message<mpc::FullDefences>(
                    p1, rushed.round, mpc::Side::next, kCoinBytes));
  seed = xor_of(seed, xor_of(own_of(share), rushed.own_part));
  std::array<std::uint8_t, kCoinBytes> bytes{};
  std::copy(seed.begin(), seed.end(), bytes.begin());
  rushed.coin = mpc::Coin(bytes);
  co_return rushed;
}

/// Makes up for it towards P3.
inline Task<Status> settle_coin(mpc::Party& p1, const RushedCoin& rushed) {
  Bytes part = rushed.own_part;
  mpc::send_message<mpc::FullDefences>(p1, rushed.round, mpc::Side::previous, std::move(part));
  TERCET_CO_TRY(const Bytes from_p3,
                co_await mpc::receive_message<mpc::FullDefences>(
                    p1, rushed.round, mpc::Side::previous, kCoinBytes));
  static_cast<void>(from_p3);  // the same coin
  p1.add_to_transcript(mpc::Label::coin, rushed.coin.seed());
  co_return ok_status();
}

/// Where there are barriers: says that it has everything, while it owes P3 a message.
template <class Defences>
Status early_barrier(mpc::Party& p1) {
  if constexpr (Defences::barrier) {
    TERCET_TRY(const mpc::Round round, p1.begin_round(mpc::Label::barrier));
    mpc::send_message<Defences>(p1, round, mpc::Side::next, Bytes());
    mpc::send_message<Defences>(p1, round, mpc::Side::previous, Bytes());
  }
  return ok_status();
}

/// The product message that P1 owes P3: computed, received from P2, not sent.
class OwedProduct {
 public:
  OwedProduct() = default;
  mpc::Round round;
  SecretBytes own;
  Bytes next;
};

/// `z` holds additive shares with zero shares added.
inline Task<Result<OwedProduct>> owe_product(mpc::Party& p1, SecretBytes z) {
  OwedProduct owed;
  TERCET_CO_TRY(owed.round, p1.begin_round(mpc::Label::product));
  TERCET_CO_TRY(
      owed.next,
      co_await mpc::receive_message<mpc::FullDefences>(p1, owed.round, mpc::Side::next, z.size()));
  owed.own = std::move(z);
  co_return owed;
}

/// Sends it at last, whatever it has become.
inline mpc::ByteShares pay_product(mpc::Party& p1, OwedProduct owed) {
  mpc::send_message<mpc::FullDefences>(
      p1, owed.round, mpc::Side::previous, to_bytes(mpc::view_of(owed.own)));
  return mpc::ByteShares(std::move(owed.own), SecretBytes::copy_of(owed.next));
}

}  // namespace tercet::test

namespace tercet::mpc {

template <>
inline Task<Result<ByteShares>> exchange_products<test::Erring<FullDefences>>(Party& party,
                                                                              SecretBytes z) {
  return test::exchange_with_errors<test::Erring<FullDefences>>(party, std::move(z));
}

template <>
struct CoinProtocol<test::Corrupt> {
  static Checked<Coin> vouch(const Coin& coin) { return Checked<Coin>(coin); }
};

}  // namespace tercet::mpc
