#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/random/random.h"

namespace tercet {

/// The same bytes for the same seed, on every machine: ChaCha20 under SHA-256 of the seed. For
/// tests and simulations; a product never makes one. What is drawn does not depend on how it is cut
/// into calls. Threads: one.
class DeterministicRandom final : public RandomSource {
 public:
  explicit DeterministicRandom(ByteView seed);

  explicit DeterministicRandom(std::string_view seed) : DeterministicRandom(as_bytes(seed)) {}

  explicit DeterministicRandom(std::uint64_t seed);

  void fill(MutableByteView out) override;

 private:
  static constexpr std::size_t kBlockBytes = 64;

  std::array<std::uint8_t, 32> key_{};
  std::array<std::uint8_t, kBlockBytes> block_{};
  std::size_t used_ = kBlockBytes;
  std::uint64_t next_block_ = 0;
};

}  // namespace tercet
