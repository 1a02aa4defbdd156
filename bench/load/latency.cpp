#include "bench/load/latency.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/check.h"

namespace tercet::bench {

void LatencySamples::add(Nanoseconds latency) {
  samples_.push_back(latency.count());
  sorted_ = false;
}

void LatencySamples::sort() const {
  if (!sorted_) {
    std::sort(samples_.begin(), samples_.end());
    sorted_ = true;
  }
}

Nanoseconds LatencySamples::quantile(double quantile) const {
  TERCET_CHECK(quantile >= 0 && quantile <= 1);
  if (samples_.empty()) {
    return Nanoseconds(0);
  }
  sort();
  // Rounding of the product must not make 0.99 * 100 the hundredth.
  constexpr double kSlack = 1e-9;
  const double rank = std::ceil(quantile * static_cast<double>(samples_.size()) - kSlack);
  const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  return Nanoseconds(samples_[std::min(index, samples_.size() - 1)]);
}

Nanoseconds LatencySamples::mean() const {
  if (samples_.empty()) {
    return Nanoseconds(0);
  }
  const double sum = std::accumulate(samples_.begin(), samples_.end(), 0.0);
  return Nanoseconds(std::llround(sum / static_cast<double>(samples_.size())));
}

std::size_t LatencySamples::count_above(Nanoseconds limit) const {
  sort();
  const auto first = std::upper_bound(samples_.begin(), samples_.end(), limit.count());
  return static_cast<std::size_t>(samples_.end() - first);
}

std::vector<double> drawn_quantiles(std::size_t count) {
  constexpr double kStepsPerNine = 20;
  constexpr double kNinesMax = 5;
  std::vector<double> out;
  for (double step = 0; count > 0; ++step) {
    const double beyond = std::pow(10, -step / kStepsPerNine);
    if (step > kStepsPerNine * kNinesMax || beyond * static_cast<double>(count) < 1) {
      break;
    }
    out.push_back(1 - beyond);
  }
  return out;
}

}  // namespace tercet::bench
