#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace tercet::mpc {

/// An element of GF(2^128) with the GHASH polynomial. The 16 bytes of SP 800-38D are `high` then
/// `low`, each big-endian: the coefficient of x^0 is the top bit of `high`.
struct Block128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  constexpr bool operator==(const Block128&) const = default;  ///< public values only
};

constexpr Block128 operator^(Block128 a, Block128 b) {
  return Block128{a.high ^ b.high, a.low ^ b.low};
}

inline constexpr Block128 kBlockZero{0, 0};
inline constexpr Block128 kBlockOne{std::uint64_t{1} << 63, 0};
/// The element x: a third field point beside 0 and 1 (protocol.md 5 calls it 2).
inline constexpr Block128 kBlockTwo{std::uint64_t{1} << 62, 0};

/// The spans have exactly 16 bytes.
Block128 load_block(ByteView from);
void store_block(MutableByteView into, Block128 value);

/// Constant time, by the fastest kernel of this machine (field/dispatch.h).
Block128 multiply(Block128 a, Block128 b);
Block128 square(Block128 a);
/// 1/a; a != 0 (checked). Public values only.
Block128 inverse(Block128 a);

// Rows of elements, 16 bytes each; equal sizes (checked). Constant time.

/// XOR over k of a_k * b_k.
Block128 inner_product(ByteView a, ByteView b);
/// out_k = a_k * b_k. `out` may be `a`.
void multiply_each(ByteView a, ByteView b, MutableByteView out);
/// out_k = factor * a_k. `out` may be `a`.
void multiply_all(Block128 factor, ByteView a, MutableByteView out);
/// out_k = a_k^2.
void square_each(ByteView a, MutableByteView out);

}  // namespace tercet::mpc
