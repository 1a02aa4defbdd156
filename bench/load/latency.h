#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tercet::bench {

using Nanoseconds = std::chrono::nanoseconds;

/// Every latency of a run, so that percentiles are exact.
class LatencySamples {
 public:
  void reserve(std::size_t count) { samples_.reserve(count); }

  void add(Nanoseconds latency);

  std::size_t count() const { return samples_.size(); }

  /// The smallest sample that at least `quantile` of all samples do not exceed (nearest rank);
  /// 0 <= quantile <= 1. Zero if there is none.
  Nanoseconds quantile(double quantile) const;

  Nanoseconds max() const { return quantile(1); }

  Nanoseconds mean() const;
  /// How many are longer.
  std::size_t count_above(Nanoseconds limit) const;

 private:
  void sort() const;

  mutable std::vector<std::int64_t> samples_;
  mutable bool sorted_ = true;
};

inline double milliseconds(Nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// Quantiles for a drawing, evenly spaced in the number of nines: 0 up to what `count` samples can
/// tell (at most 1 - 1e-5).
std::vector<double> drawn_quantiles(std::size_t count);

}  // namespace tercet::bench
