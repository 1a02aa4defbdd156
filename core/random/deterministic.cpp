#include "core/random/deterministic.h"

#include <algorithm>

#include <sodium.h>

#include "core/random/sodium_ready.h"

namespace tercet {

DeterministicRandom::DeterministicRandom(ByteView seed) {
  sodium_ready();
  crypto_hash_sha256(key_.data(), seed.data(), seed.size());
}

DeterministicRandom::DeterministicRandom(std::uint64_t seed) {
  std::array<std::uint8_t, 8> bytes{};
  store_u64(bytes, seed);
  sodium_ready();
  crypto_hash_sha256(key_.data(), bytes.data(), bytes.size());
}

void DeterministicRandom::fill(MutableByteView out) {
  static constexpr std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> kNonce{};
  while (!out.empty()) {
    if (used_ == kBlockBytes && out.size() >= kBlockBytes) {  // whole blocks at once
      const std::size_t whole = out.size() / kBlockBytes * kBlockBytes;
      std::fill_n(out.begin(), whole, std::uint8_t{0});
      crypto_stream_chacha20_xor_ic(
          out.data(), out.data(), whole, kNonce.data(), next_block_, key_.data());
      next_block_ += whole / kBlockBytes;
      out = out.subspan(whole);
      continue;
    }
    if (used_ == kBlockBytes) {
      block_.fill(0);
      crypto_stream_chacha20_xor_ic(
          block_.data(), block_.data(), kBlockBytes, kNonce.data(), next_block_, key_.data());
      ++next_block_;
      used_ = 0;
    }
    const std::size_t part = std::min(out.size(), kBlockBytes - used_);
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), part, out.begin());
    used_ += part;
    out = out.subspan(part);
  }
}

}  // namespace tercet
