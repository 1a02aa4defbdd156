#pragma once

// Single products in GF(2^128) by PCLMULQDQ, for the x86-64 paths. Like elements.inl.h in an
// unnamed namespace, compiled once for each path.

#include <immintrin.h>

#include "mpc/field/elements.inl.h"

namespace tercet::mpc {
namespace {

struct WideRegisters {
  __m128i low;
  __m128i mid;
  __m128i high;
};

inline void accumulate(WideRegisters& wide, Block128 a, Block128 b) {
  const __m128i x = _mm_set_epi64x(static_cast<long long>(a.high), static_cast<long long>(a.low));
  const __m128i y = _mm_set_epi64x(static_cast<long long>(b.high), static_cast<long long>(b.low));
  wide.low = _mm_xor_si128(wide.low, _mm_clmulepi64_si128(x, y, 0x00));
  wide.high = _mm_xor_si128(wide.high, _mm_clmulepi64_si128(x, y, 0x11));
  wide.mid = _mm_xor_si128(
      wide.mid, _mm_xor_si128(_mm_clmulepi64_si128(x, y, 0x10), _mm_clmulepi64_si128(x, y, 0x01)));
}

inline std::uint64_t low_word(__m128i x) {
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(x));
}

inline std::uint64_t high_word(__m128i x) {
  return static_cast<std::uint64_t>(_mm_extract_epi64(x, 1));
}

inline Block128 reduce_registers(const WideRegisters& wide) {
  return reduce(low_word(wide.low),
                high_word(wide.low) ^ low_word(wide.mid),
                low_word(wide.high) ^ high_word(wide.mid),
                high_word(wide.high));
}

using Rows = ElementRows<WideRegisters, accumulate, reduce_registers>;

}  // namespace
}  // namespace tercet::mpc
