#pragma once

#include <string>
#include <utility>

#include "mpc/keygen/powers.h"
#include "mpc/verify/products.h"

namespace tercet::mpc {

namespace powers_detail {

/// H^known, once for every odd exponent below `known`.
BlockShares repeated_top(const BlockShares& powers, std::size_t known);
/// H^1, H^3, .. H^(known-1).
BlockShares odd_powers(const BlockShares& powers, std::size_t known);
/// Fills in known+1 .. 2*known: products at odd exponents, squares at even ones.
void extend(BlockShares& powers, std::size_t known, const BlockShares& products);
/// H and H^2.
void store_first_two(BlockShares& powers, const BlockShares& h);

}  // namespace powers_detail

template <class Defences>
Task<Result<BlockShares>> powers_of(Party& party,
                                    KeyName name,
                                    const BlockShares& h,
                                    std::size_t count) {
  TERCET_CHECK(h.count() == 1 && count >= 2 && (count & (count - 1)) == 0);
  BlockShares powers(count);
  powers_detail::store_first_two(powers, h);

  for (std::size_t known = 2; known < count; known *= 2) {
    const BlockShares top = powers_detail::repeated_top(powers, known);
    const BlockShares odd = powers_detail::odd_powers(powers, known);
    const std::string step_name = "powers " + std::to_string(known);
    Party depth = party.step(step_sid(party.sid(), name.key, name.version, step_name));
    Task<Result<BlockShares>> product = Defences::verify_powers
                                            ? multiply_verified<Defences>(depth, top, odd)
                                            : multiply<Defences>(depth, top, odd, 0);
    TERCET_CO_TRY(const BlockShares products, co_await std::move(product));
    powers_detail::extend(powers, known, products);
  }
  co_return powers;
}

}  // namespace tercet::mpc
