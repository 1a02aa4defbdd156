#pragma once

#include <chrono>
#include <cstdint>

namespace tercet {

using Milliseconds = std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

/// A point in monotonic time by which something must be done. Travels between machines as remaining
/// milliseconds only (rule T2).
class Deadline {
 public:
  static Deadline in(Milliseconds remaining) {
    return Deadline(std::chrono::steady_clock::now() + remaining);
  }

  static Deadline at(SteadyTime when) { return Deadline(when); }

  SteadyTime when() const { return when_; }

  Milliseconds remaining() const {
    return std::chrono::ceil<Milliseconds>(when_ - std::chrono::steady_clock::now());
  }

  bool passed() const { return std::chrono::steady_clock::now() >= when_; }

  Deadline earlier_of(Deadline other) const {
    return Deadline(when_ < other.when_ ? when_ : other.when_);
  }

 private:
  explicit Deadline(SteadyTime when) : when_(when) {}

  SteadyTime when_;
};

/// Civil time in seconds since 1970, for signatures and logs; passed in so that tests can set it.
class WallClock {
 public:
  virtual ~WallClock() = default;
  virtual std::int64_t now_seconds() const = 0;

  virtual std::int64_t now_milliseconds() const { return now_seconds() * 1000; }
};

/// The machine's clock.
const WallClock& system_wall_clock();

}  // namespace tercet
