#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "core/time/clock.h"

namespace tercet {

/// A token bucket: `per_second` on average, `burst` at once.
class RateCap {
 public:
  RateCap(double per_second, double burst)
      : per_second_(per_second), burst_(burst), tokens_(burst) {}

  /// Takes `amount` if it is there.
  bool take(double amount, SteadyTime now) {
    if (last_ != SteadyTime{} && now > last_) {
      const double seconds = std::chrono::duration<double>(now - last_).count();
      tokens_ = std::min(burst_, tokens_ + seconds * per_second_);
    }
    last_ = now;
    if (tokens_ < amount) {
      return false;
    }
    tokens_ -= amount;
    return true;
  }

 private:
  double per_second_;
  double burst_;
  double tokens_;
  SteadyTime last_{};
};

/// One bucket per name (key, proxy); names are from a bounded set (existing keys, known proxies).
class RateCaps {
 public:
  RateCaps(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  bool take(const std::string& name, double amount, SteadyTime now) {
    return caps_.try_emplace(name, per_second_, burst_).first->second.take(amount, now);
  }

 private:
  double per_second_;
  double burst_;
  std::unordered_map<std::string, RateCap> caps_;
};

}  // namespace tercet
