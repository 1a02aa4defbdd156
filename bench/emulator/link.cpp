#include "bench/emulator/link.h"

#include <algorithm>

namespace tercet::wan {

Link::Link(const LinkSettings& settings, std::uint64_t seed) : settings_(settings), random_(seed) {}

double Link::draw() {
  return static_cast<double>(random_() >> 11U) * 0x1p-53;
}

std::optional<Time> Link::admit(Time now, std::size_t bytes) {
  Time on_line = now;
  if (settings_.bits_per_second != 0) {
    const Time begin = std::max(now, idle_at_);
    if (begin - now > settings_.queue) {
      return std::nullopt;
    }
    const std::uint64_t bit_nanoseconds = std::uint64_t{bytes} * 8 * 1'000'000'000;
    const std::uint64_t needed =
        (bit_nanoseconds + settings_.bits_per_second - 1) / settings_.bits_per_second;
    idle_at_ = begin + Nanoseconds(needed);
    on_line = idle_at_;
  }
  if (settings_.loss > 0 && draw() < settings_.loss) {
    return std::nullopt;  // after it used the line, as on a real one
  }
  Time due = on_line + settings_.delay;
  if (settings_.jitter.count() > 0) {
    due += Nanoseconds(
        static_cast<std::int64_t>(draw() * static_cast<double>(settings_.jitter.count())));
  }
  last_due_ = std::max(last_due_, due);
  return last_due_;
}

}  // namespace tercet::wan
