#pragma once

// Rows of elements of GF(2^128), over one way to multiply without reduction: each CPU path gives
// its own. Like layers.inl.h in an unnamed namespace, compiled once for each path. Constant time.

#include <cstring>

#include "core/base/bytes.h"
#include "mpc/field/kernels.h"

namespace tercet::mpc {
namespace {

/// Shifts a product of 255 bits (v3 the highest word) to GHASH's bit order and reduces it.
inline Block128 reduce(std::uint64_t v0, std::uint64_t v1, std::uint64_t v2, std::uint64_t v3) {
  v3 = (v3 << 1) | (v2 >> 63);
  v2 = (v2 << 1) | (v1 >> 63);
  v1 = (v1 << 1) | (v0 >> 63);
  v0 <<= 1;
  v2 ^= v0 ^ (v0 >> 1) ^ (v0 >> 2) ^ (v0 >> 7);
  v1 ^= (v0 << 63) ^ (v0 << 62) ^ (v0 << 57);
  v3 ^= v1 ^ (v1 >> 1) ^ (v1 >> 2) ^ (v1 >> 7);
  v2 ^= (v1 << 63) ^ (v1 << 62) ^ (v1 << 57);
  return Block128{v3, v2};
}

inline std::uint64_t load_word(const std::uint8_t* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, 8);
  return __builtin_bswap64(word);
}

inline void store_word(std::uint8_t* into, std::uint64_t word) {
  word = __builtin_bswap64(word);
  std::memcpy(into, &word, 8);
}

inline Block128 load_at(const std::uint8_t* row, std::size_t k) {
  return Block128{load_word(row + 16 * k), load_word(row + 16 * k + 8)};
}

inline void store_at(std::uint8_t* row, std::size_t k, Block128 value) {
  store_word(row + 16 * k, value.high);
  store_word(row + 16 * k + 8, value.low);
}

/// `Accumulate` adds a product to a Wide, `Reduce` makes an element of it.
template <class Wide, void Accumulate(Wide&, Block128, Block128), Block128 Reduce(const Wide&)>
struct ElementRows {
  static Block128 multiply(Block128 a, Block128 b) {
    Wide wide{};
    Accumulate(wide, a, b);
    return Reduce(wide);
  }

  static Block128 inner_product(const std::uint8_t* a, const std::uint8_t* b, std::size_t count) {
    Wide wide{};
    for (std::size_t k = 0; k < count; ++k) {
      Accumulate(wide, load_at(a, k), load_at(b, k));
    }
    return Reduce(wide);
  }

  static void multiply_each(const std::uint8_t* a,
                            const std::uint8_t* b,
                            std::uint8_t* out,
                            std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      store_at(out, k, multiply(load_at(a, k), load_at(b, k)));
    }
  }

  static void multiply_all(Block128 factor,
                           const std::uint8_t* a,
                           std::uint8_t* out,
                           std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      store_at(out, k, multiply(factor, load_at(a, k)));
    }
  }

  static void fold(Block128 point,
                   const std::uint8_t* a,
                   const std::uint8_t* b,
                   std::uint8_t* out,
                   std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      const Block128 start = load_at(a, k);
      store_at(out, k, start ^ multiply(point, start ^ load_at(b, k)));
    }
  }

  /// wide ^= x_own (y_own ^ y_next) ^ x_next y_own: the local part of a product.
  static void add_local(
      Wide& wide, Block128 x_own, Block128 x_next, Block128 y_own, Block128 y_next) {
    Accumulate(wide, x_own, y_own ^ y_next);
    Accumulate(wide, x_next, y_own);
  }

  static void halves(const SharedRow& x, const SharedRow& y, std::size_t half, HalfSums& out) {
    Wide low{};
    Wide high{};
    Wide sum{};
    for (std::size_t k = 0; k < half; ++k) {
      const Block128 a_own = load_at(x.own, k);
      const Block128 a_next = load_at(x.next, k);
      const Block128 b_own = load_at(x.own, half + k);
      const Block128 b_next = load_at(x.next, half + k);
      const Block128 c_own = load_at(y.own, k);
      const Block128 c_next = load_at(y.next, k);
      const Block128 d_own = load_at(y.own, half + k);
      const Block128 d_next = load_at(y.next, half + k);
      add_local(low, a_own, a_next, c_own, c_next);
      add_local(high, b_own, b_next, d_own, d_next);
      add_local(sum, a_own ^ b_own, a_next ^ b_next, c_own ^ d_own, c_next ^ d_next);
    }
    out = HalfSums{Reduce(low), Reduce(high), Reduce(sum)};
  }
};

}  // namespace
}  // namespace tercet::mpc
