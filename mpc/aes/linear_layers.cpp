#include "mpc/aes/linear_layers.h"

#include <array>

#include "core/base/check.h"

// FIPS 197 sections 5.1.2 to 5.1.4, column-major: byte 4c+r is row r of column c. Doubling in
// GF(2^8) masks the reduction instead of branching on the top bit. About 200 plain instructions a
// block; nothing is looked up.

namespace tercet::mpc {
namespace {

constexpr std::size_t kBlock = 16;

/// Where byte i of the shifted state comes from: row r moves left by r columns.
constexpr std::size_t shifted_from(std::size_t i) {
  return (i + 4 * (i % 4)) % kBlock;
}

std::uint8_t doubled(std::uint8_t x) {
  const auto reduce = static_cast<std::uint8_t>(-(x >> 7) & 0x1b);
  return static_cast<std::uint8_t>((x << 1) ^ reduce);
}

class WipedBlock {
 public:
  WipedBlock() = default;
  WipedBlock(const WipedBlock&) = delete;
  WipedBlock& operator=(const WipedBlock&) = delete;

  ~WipedBlock() { wipe(bytes.data(), bytes.size()); }

  std::array<std::uint8_t, kBlock> bytes{};
};

void shift_rows(ByteView block, WipedBlock& into) {
  for (std::size_t i = 0; i < kBlock; ++i) {
    into.bytes[i] = block[shifted_from(i)];
  }
}

}  // namespace

void shift_mix_add(MutableByteView states, ByteView round_key) {
  TERCET_CHECK(states.size() % kBlock == 0 && round_key.size() == kBlock);
  WipedBlock shifted;
  for (std::size_t at = 0; at < states.size(); at += kBlock) {
    const MutableByteView block = states.subspan(at, kBlock);
    shift_rows(block, shifted);
    for (std::size_t column = 0; column < kBlock; column += 4) {
      const std::uint8_t* s = shifted.bytes.data() + column;
      const auto all = static_cast<std::uint8_t>(s[0] ^ s[1] ^ s[2] ^ s[3]);
      for (std::size_t row = 0; row < 4; ++row) {
        const auto pair = static_cast<std::uint8_t>(s[row] ^ s[(row + 1) % 4]);
        block[column + row] =
            static_cast<std::uint8_t>(s[row] ^ all ^ doubled(pair) ^ round_key[column + row]);
      }
    }
  }
}

void shift_add(MutableByteView states, ByteView round_key) {
  TERCET_CHECK(states.size() % kBlock == 0 && round_key.size() == kBlock);
  WipedBlock shifted;
  for (std::size_t at = 0; at < states.size(); at += kBlock) {
    const MutableByteView block = states.subspan(at, kBlock);
    shift_rows(block, shifted);
    for (std::size_t i = 0; i < kBlock; ++i) {
      block[i] = static_cast<std::uint8_t>(shifted.bytes[i] ^ round_key[i]);
    }
  }
}

}  // namespace tercet::mpc
