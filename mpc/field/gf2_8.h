#pragma once

#include <cstdint>

namespace tercet::mpc {

/// GF(2^8) with the AES polynomial x^8 + x^4 + x^3 + x + 1. Constant time; linear maps commute with
/// sharing, so they apply to each component.
constexpr std::uint8_t gf2_8_double(std::uint8_t a) {
  return static_cast<std::uint8_t>((a << 1) ^ (0x1b & -(a >> 7)));
}

constexpr std::uint8_t gf2_8_multiply(std::uint8_t a, std::uint8_t b) {
  std::uint8_t product = 0;
  for (int bit = 0; bit < 8; ++bit) {
    product = static_cast<std::uint8_t>(product ^ (a & -((b >> bit) & 1)));
    a = gf2_8_double(a);
  }
  return product;
}

}  // namespace tercet::mpc
