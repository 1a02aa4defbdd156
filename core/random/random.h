#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace tercet {

/// Where random bytes come from; passed in, so that a test run is reproducible.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  /// Fills the span. Never fails: a generator that cannot deliver ends the process (rule IV6).
  virtual void fill(MutableByteView out) = 0;

  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    fill(out);
    return out;
  }
};

/// libsodium's generator, seeded by the kernel; safe from any thread.
RandomSource& system_random();

/// Uniform below `bound` (not 0), by rejection; the same on every library. Not constant time.
std::uint64_t draw_below(RandomSource& random, std::uint64_t bound);

}  // namespace tercet
