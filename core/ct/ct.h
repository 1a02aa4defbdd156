#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

/// Constant-time building blocks: no branch, address or length here depends on a value (sizes are
/// public). Source: style guide 9; rules S5, S6.
namespace tercet::ct {

/// Hides where a value came from, so that the optimiser cannot turn masks back into branches.
template <std::unsigned_integral T>
inline T value_barrier(T value) {
  __asm__("" : "+r"(value) : :);
  return value;
}

/// All ones if the lowest bit of `bit` is 1, else 0; the other bits are ignored.
template <std::unsigned_integral T>
inline T mask_if(T bit) {
  return static_cast<T>(T{0} - value_barrier(static_cast<T>(bit & 1U)));
}

/// All ones if `value` is 0, else 0.
template <std::unsigned_integral T>
inline T mask_if_zero(T value) {
  const T top = static_cast<T>(static_cast<T>(~value) & static_cast<T>(value - 1U));
  return mask_if(static_cast<T>(top >> (8 * sizeof(T) - 1)));
}

/// `yes` where the mask has ones, `no` where it has zeros.
template <std::unsigned_integral T>
inline T select(T mask, T yes, T no) {
  return static_cast<T>(no ^ (value_barrier(mask) & (yes ^ no)));
}

/// `out = mask ? yes : no`, byte by byte; `mask` is 0x00 or 0xff; all sizes are equal (checked).
void select(std::uint8_t mask, MutableByteView out, ByteView yes, ByteView no);

/// Is it the same content? Different sizes are unequal. The verdict is declassified: branch on it.
bool equal(ByteView a, ByteView b);

/// Are all bytes 0? The verdict is declassified.
bool is_zero(ByteView bytes);

/// 0xff if equal, else 0x00, without declassifying it. Sizes are equal (checked).
std::uint8_t equal_mask(ByteView a, ByteView b);

/// In the `ct` build (TERCET_CT) these tell the memory checker what is secret and what has been
/// declassified; elsewhere they cost nothing. `mark_public` stands at the one visible place where a
/// value stops being secret.
void mark_secret(ByteView bytes);
void mark_public(ByteView bytes);

}  // namespace tercet::ct
