#pragma once

#include <chrono>
#include <cstdint>

namespace tercet {

using Milliseconds = std::chrono::milliseconds;
/// A point in monotonic time. Only a Clock says what time it is.
using SteadyTime = std::chrono::steady_clock::time_point;

class AlarmQueue;

/// Monotonic time, passed in: whatever a node or a proxy does depends on its inputs only, so that a
/// simulation can be steered and repeated. Code with an executor takes the clock of that executor
/// (core/time/executor_clock.h); what is pure data takes a SteadyTime.
/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;

  /// Who wakes timers (core/time/timer.h) where time is simulated; null for the machine's clock:
  /// the operating system does it.
  virtual AlarmQueue* alarms() const { return nullptr; }
};

/// The machine's.
const Clock& real_clock();

/// A point in monotonic time by which something must be done, and the clock that it is read from.
/// Travels between machines as remaining milliseconds only (rule T2).
class Deadline {
 public:
  static Deadline in(const Clock& clock, Milliseconds remaining) {
    return Deadline(clock.now() + remaining, &clock);
  }

  static Deadline at(const Clock& clock, SteadyTime when) { return Deadline(when, &clock); }

  /// For waits that another event is sure to end.
  static Deadline never() { return Deadline(SteadyTime::max(), nullptr); }

  SteadyTime when() const { return when_; }

  Milliseconds remaining() const {
    return clock_ == nullptr ? Milliseconds::max()
                             : std::chrono::ceil<Milliseconds>(when_ - clock_->now());
  }

  bool passed() const { return clock_ != nullptr && clock_->now() >= when_; }

  Deadline earlier_of(Deadline other) const { return when_ < other.when_ ? *this : other; }

 private:
  Deadline(SteadyTime when, const Clock* clock) : when_(when), clock_(clock) {}

  SteadyTime when_;
  const Clock* clock_;
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
