#include "mpc/keygen/powers.h"

#include "mpc/keygen/powers.inl.h"

namespace tercet::mpc {

namespace powers_detail {
namespace {

/// H^(exponent).
BlockShares power(const BlockShares& powers, std::size_t exponent) {
  return powers.slice(exponent - 1, 1);
}

void store_power(BlockShares& powers, std::size_t exponent, const BlockShares& value) {
  store_slice(powers.bytes, (exponent - 1) * kBlockBytes, value.bytes);
}

}  // namespace

BlockShares repeated_top(const BlockShares& powers, std::size_t known) {
  const BlockShares top = power(powers, known);
  BlockShares out(known / 2);
  for (std::size_t i = 0; i < out.count(); ++i) {
    store_slice(out.bytes, i * kBlockBytes, top.bytes);
  }
  return out;
}

BlockShares odd_powers(const BlockShares& powers, std::size_t known) {
  BlockShares out(known / 2);
  for (std::size_t i = 0; i < out.count(); ++i) {
    store_slice(out.bytes, i * kBlockBytes, power(powers, 2 * i + 1).bytes);
  }
  return out;
}

void extend(BlockShares& powers, std::size_t known, const BlockShares& products) {
  TERCET_CHECK(products.count() == known / 2);
  const BlockShares squares = square(powers.slice(known / 2, known / 2));
  for (std::size_t i = 0; i < known / 2; ++i) {
    store_power(powers, known + 2 * i + 1, products.slice(i, 1));
    store_power(powers, known + 2 * i + 2, squares.slice(i, 1));
  }
}

void store_first_two(BlockShares& powers, const BlockShares& h) {
  store_power(powers, 1, h);
  store_power(powers, 2, square(h));
}

}  // namespace powers_detail

template Task<Result<BlockShares>> powers_of<FullDefences>(Party&,
                                                           KeyName,
                                                           const BlockShares&,
                                                           std::size_t);

}  // namespace tercet::mpc
