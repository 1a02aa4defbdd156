#pragma once

#include <array>
#include <bit>

#include "core/base/check.h"
#include "mpc/open/opening.inl.h"
#include "mpc/verify/coin.inl.h"
#include "mpc/verify/product_round.inl.h"
#include "mpc/verify/products.h"
#include "mpc/verify/zero_check.inl.h"

namespace tercet::mpc {

namespace detail {

/// This party's additive shares of the products x_k*y_k: x_i y_i ^ x_i y_{i+1} ^ x_{i+1} y_i.
SecretBytes local_products(const BlockShares& x, const BlockShares& y);
/// h(0) and h(2) of the pair of halves, as additive shares (32 bytes).
SecretBytes halves_at_zero_and_two(const BlockShares& x, const BlockShares& y);
/// The lines through the two halves, at `point`; halves the count.
void fold_halves(BlockShares& x, Block128 point);
/// The polynomial of degree 2 with these values at 0, 1, 2, at `point`.
BlockShares interpolate(const BlockShares& h0,
                        const BlockShares& h1,
                        const BlockShares& h2,
                        Block128 point);
/// The line through a (at 0) and b (at 1), one element each, at `point`.
BlockShares line_at(const BlockShares& a, const BlockShares& b, Block128 point);
/// Copies with zeros behind, up to `count` elements.
BlockShares padded(const BlockShares& x, std::size_t count);
/// out_k = gamma_k * x_k and XOR over k of gamma_k * z_k, for public gammas.
BlockShares weighted(const BlockShares& x, ByteView gammas);
BlockShares weighted_sum(const BlockShares& z, ByteView gammas);

inline constexpr std::size_t kLevelsMax = 40;
inline constexpr std::uint64_t kLastLevel = 1000;

}  // namespace detail

template <class Defences>
Task<Result<BlockShares>> multiply(Party& party,
                                   const BlockShares& x,
                                   const BlockShares& y,
                                   std::uint64_t index) {
  TERCET_CHECK(x.count() == y.count() && x.count() > 0);
  SecretBytes z = detail::local_products(x, y);
  party.add_zero_share(kUseProductZeros, index, mutable_view_of(z));
  TERCET_CO_TRY(ByteShares product, co_await exchange_products<Defences>(party, std::move(z)));
  co_return BlockShares(std::move(product));
}

/// One level: halves x and y, moves the claim z to the coin's point.
template <class Defences>
Task<Status> halve_inner_product(Party& party,
                                 BlockShares& x,
                                 BlockShares& y,
                                 BlockShares& z,
                                 std::uint64_t level,
                                 ZeroCheck& check) {
  // hop 1: h(0) and h(2), one element each
  SecretBytes terms = detail::halves_at_zero_and_two(x, y);
  party.add_zero_share(kUseCheckZeros, level, mutable_view_of(terms));
  TERCET_CO_TRY(const ByteShares values,
                co_await exchange_products<Defences>(party, std::move(terms)));
  check.add_copies(values);
  const BlockShares h0(values.slice(0, kBlockBytes));
  const BlockShares h2(values.slice(kBlockBytes, kBlockBytes));
  BlockShares h1 = z.clone();
  xor_into(h1.bytes, h0.bytes);

  // hops 2 and 3: the point
  TERCET_CO_TRY(const Checked<Coin> coin, co_await toss_coin<Defences>(party));
  const std::array excluded = {kBlockZero, kBlockOne};
  const Block128 rho = coin.get().element("rho", excluded);
  detail::fold_halves(x, rho);
  detail::fold_halves(y, rho);
  z = detail::interpolate(h0, h1, h2, rho);
  co_return ok_status();
}

/// Length 1: lines through x, y and random shared values; open them at the coin's point.
template <class Defences>
Task<Status> finish_inner_product(
    Party& party, BlockShares x, BlockShares y, BlockShares z, ZeroCheck& check) {
  const ByteShares random = party.random_shares(kUseCheckRandom, 0, 2 * kBlockBytes);
  check.add_copies(random);
  const BlockShares x1(random.slice(0, kBlockBytes));
  const BlockShares y1(random.slice(kBlockBytes, kBlockBytes));
  const BlockShares x2 = detail::line_at(x, x1, kBlockTwo);
  const BlockShares y2 = detail::line_at(y, y1, kBlockTwo);
  BlockShares left(2);
  BlockShares right(2);
  store_slice(left.bytes, 0, x1.bytes);
  store_slice(left.bytes, kBlockBytes, x2.bytes);
  store_slice(right.bytes, 0, y1.bytes);
  store_slice(right.bytes, kBlockBytes, y2.bytes);

  // hop 1: h(1) and h(2)
  SecretBytes terms = detail::local_products(left, right);
  party.add_zero_share(kUseCheckZeros, detail::kLastLevel, mutable_view_of(terms));
  TERCET_CO_TRY(const ByteShares values,
                co_await exchange_products<Defences>(party, std::move(terms)));
  check.add_copies(values);
  const BlockShares h1(values.slice(0, kBlockBytes));
  const BlockShares h2(values.slice(kBlockBytes, kBlockBytes));

  // hops 2 and 3: the point
  TERCET_CO_TRY(const Checked<Coin> coin, co_await toss_coin<Defences>(party));
  const std::array excluded = {kBlockZero, kBlockOne, kBlockTwo};
  const Block128 rho = coin.get().element("rho", excluded);

  // hop 4: f(rho), g(rho), h(rho); uniform but for the relation that must hold
  ByteShares masked(3 * kBlockBytes);
  store_slice(masked, 0, detail::line_at(x, x1, rho).bytes);
  store_slice(masked, kBlockBytes, detail::line_at(y, y1, rho).bytes);
  store_slice(masked, 2 * kBlockBytes, detail::interpolate(z, h1, h2, rho).bytes);
  TERCET_CO_TRY(const Checked<PublicBytes> opened,
                co_await open_bytes<Defences>(party, std::move(masked), Sealing::plain));
  const ByteView values_at_rho = opened.get().view();
  const Block128 f = load_block(values_at_rho.subspan(0, kBlockBytes));
  const Block128 g = load_block(values_at_rho.subspan(kBlockBytes, kBlockBytes));
  const Block128 h = load_block(values_at_rho.subspan(2 * kBlockBytes, kBlockBytes));
  if (multiply(f, g) != h) {
    co_return party.drop(Error(Errc::protocol_abort, "verify products: a product is wrong"));
  }
  co_return ok_status();
}

template <class Defences>
Task<Status> verify_inner_product(
    Party& party, BlockShares x, BlockShares y, BlockShares z, ZeroCheck& check) {
  TERCET_CHECK(x.count() == y.count() && std::has_single_bit(x.count()) && z.count() == 1);
  if constexpr (Defences::verify_products) {
    for (std::uint64_t level = 0; x.count() > 1; ++level) {
      TERCET_CO_TRY_STATUS(co_await halve_inner_product<Defences>(party, x, y, z, level, check));
    }
    TERCET_CO_TRY_STATUS(co_await finish_inner_product<Defences>(
        party, std::move(x), std::move(y), std::move(z), check));
  }
  co_return ok_status();
}

template <class Defences>
Task<Status> verify_products(Party& party,
                             const BlockShares& x,
                             const BlockShares& y,
                             const BlockShares& z) {
  TERCET_CHECK(x.count() == y.count() && x.count() == z.count() && x.count() > 0);
  ZeroCheck check(party);
  check.add_copies(x.bytes);
  check.add_copies(y.bytes);
  check.add_copies(z.bytes);

  // hops 1 and 2: weights nobody knew while the products were made
  TERCET_CO_TRY(Checked<Coin> coin, co_await toss_coin<Defences>(party));
  const Bytes gammas = coin.get().expand("weights", x.count());
  const std::size_t count = std::bit_ceil(x.count());
  BlockShares factors = detail::padded(detail::weighted(x, gammas), count);
  BlockShares others = detail::padded(y, count);
  BlockShares claim = detail::weighted_sum(z, gammas);
  TERCET_CO_TRY_STATUS(co_await verify_inner_product<Defences>(
      party, std::move(factors), std::move(others), std::move(claim), check));
  co_return co_await finish_zero_check<Defences>(party, std::move(check), std::move(coin));
}

template <class Defences>
Task<Result<BlockShares>> multiply_verified(Party& party,
                                            const BlockShares& x,
                                            const BlockShares& y) {
  TERCET_CO_TRY(BlockShares z, co_await multiply<Defences>(party, x, y, 0));
  TERCET_CO_TRY_STATUS(co_await verify_products<Defences>(party, x, y, z));
  co_return z;
}

}  // namespace tercet::mpc
