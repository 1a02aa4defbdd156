#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "bench/load/latency.h"
#include "core/time/clock.h"

namespace tercet::bench {

/// When each request of an open-loop run should be sent: evenly, from a start, whatever happens.
/// Times are computed from the start each, so that no error adds up.
class Schedule {
 public:
  Schedule(SteadyTime start, double per_second, double seconds)
      : start_(start),
        per_second_(per_second),
        count_(static_cast<std::size_t>(std::floor(per_second * seconds + kSlack))) {}

  std::size_t count() const { return count_; }

  /// Of request `index`, the first being 0.
  SteadyTime intended(std::size_t index) const {
    const double nanoseconds = static_cast<double>(index) * kNanosecondsPerSecond / per_second_;
    return start_ + Nanoseconds(std::llround(nanoseconds));
  }

  /// When the one after the last would be sent.
  SteadyTime end() const { return intended(count_); }

 private:
  static constexpr double kNanosecondsPerSecond = 1e9;
  static constexpr double kSlack = 1e-6;

  SteadyTime start_;
  double per_second_;
  std::size_t count_;
};

}  // namespace tercet::bench
