// SHAKE256 (FIPS 202): the sponge over Keccak-f[1600] with a rate of 136 bytes and the suffix 1111.
// Own code because OpenSSL 3.0 can squeeze only once. Straight-line arithmetic on 25 lanes: no
// branch and no address depends on data. About 10 cycles a byte.

#include <algorithm>
#include <bit>

#include "core/crypto/hash.h"

namespace tercet {
namespace {

constexpr std::array<std::uint64_t, 24> kRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/// Rho's rotations and pi's lane order, along pi's one cycle that starts at lane 1.
constexpr std::array<int, 24> kRotations = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                            27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
constexpr std::array<std::size_t, 24> kCycle = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                                15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

void permute(std::array<std::uint64_t, 25>& a) {
  std::array<std::uint64_t, 5> c{};
  for (const std::uint64_t round_constant : kRoundConstants) {
    for (std::size_t x = 0; x < 5; ++x) {
      c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    }
    for (std::size_t x = 0; x < 5; ++x) {
      const std::uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
      for (std::size_t y = 0; y < 25; y += 5) {
        a[x + y] ^= d;
      }
    }
    std::uint64_t carried = a[1];
    for (std::size_t i = 0; i < 24; ++i) {
      const std::uint64_t next = a[kCycle[i]];
      a[kCycle[i]] = std::rotl(carried, kRotations[i]);
      carried = next;
    }
    for (std::size_t y = 0; y < 25; y += 5) {
      for (std::size_t x = 0; x < 5; ++x) {
        c[x] = a[y + x];
      }
      for (std::size_t x = 0; x < 5; ++x) {
        a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
      }
    }
    a[0] ^= round_constant;
  }
}

/// Byte `index` of the state: lanes are little-endian.
void xor_byte(std::array<std::uint64_t, 25>& lanes, std::size_t index, std::uint8_t byte) {
  lanes[index / 8] ^= static_cast<std::uint64_t>(byte) << (8 * (index % 8));
}

}  // namespace

Shake256::~Shake256() {
  wipe(lanes_.data(), sizeof lanes_);
}

Shake256& Shake256::absorb(ByteView data) {
  TERCET_CHECK(!squeezing_);
  for (const std::uint8_t byte : data) {
    xor_byte(lanes_, position_, byte);
    ++position_;
    if (position_ == kRateBytes) {
      permute(lanes_);
      position_ = 0;
    }
  }
  return *this;
}

void Shake256::squeeze(MutableByteView out) {
  if (!squeezing_) {
    xor_byte(lanes_, position_, 0x1f);
    xor_byte(lanes_, kRateBytes - 1, 0x80);
    permute(lanes_);
    position_ = 0;
    squeezing_ = true;
  }
  for (std::uint8_t& byte : out) {
    if (position_ == kRateBytes) {
      permute(lanes_);
      position_ = 0;
    }
    byte = static_cast<std::uint8_t>(lanes_[position_ / 8] >> (8 * (position_ % 8)));
    ++position_;
  }
}

void shake256(ByteView in, MutableByteView out) {
  Shake256 sponge;
  sponge.absorb(in);
  sponge.squeeze(out);
}

}  // namespace tercet
