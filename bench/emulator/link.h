#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

#include "bench/emulator/matrix.h"

namespace tercet::wan {

using Time = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

/// One direction between two sites, as a function of time: a queue that empties at the link's
/// bandwidth, then a line with a delay. Never faster than its settings, and never out of order:
/// a packet that jitter would let overtake leaves together with the one before it.
/// The same seed and packets give the same answers.
class Link {
 public:
  Link(const LinkSettings& settings, std::uint64_t seed);

  /// When a packet that comes in now comes out at the other site; nothing if it is lost on the way
  /// or the queue is full. `now` never goes back.
  std::optional<Time> admit(Time now, std::size_t bytes);

 private:
  double draw();  ///< uniform in [0, 1)

  LinkSettings settings_;
  std::mt19937_64 random_;
  Time idle_at_{};  ///< when what was admitted so far is on the line
  Time last_due_{};
};

}  // namespace tercet::wan
