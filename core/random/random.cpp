#include "core/random/random.h"

#include <sodium.h>

#include "core/random/sodium_ready.h"

namespace tercet {
namespace {

class SystemRandom final : public RandomSource {
 public:
  void fill(MutableByteView out) override { randombytes_buf(out.data(), out.size()); }
};

}  // namespace

void sodium_ready() noexcept {
  static const int started = sodium_init();
  TERCET_CHECK(started >= 0);
}

RandomSource& system_random() {
  static SystemRandom source;
  sodium_ready();
  return source;
}

std::uint64_t draw_below(RandomSource& random, std::uint64_t bound) {
  TERCET_CHECK(bound != 0);
  // Values under 2^64 mod bound would make the first remainders more likely than the others.
  const std::uint64_t excluded = (0 - bound) % bound;
  std::uint64_t value = 0;
  do {
    value = load_u64(random.array<8>());
  } while (value < excluded);
  return value % bound;
}

}  // namespace tercet
