#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "core/time/clock.h"
#include "core/time/timer.h"

namespace tercet::test {

using Microseconds = std::chrono::microseconds;

class ProcessClock;

/// The one time of a simulated world, or of a test's executor. It stands still while anything is
/// ready to run, then jumps to the next alarm or event. What falls on one moment happens in the
/// order in which it was asked for.
class VirtualTime {
 public:
  VirtualTime() = default;
  VirtualTime(const VirtualTime&) = delete;
  VirtualTime& operator=(const VirtualTime&) = delete;

  SteadyTime now() const { return now_; }

  /// Since the world began.
  Microseconds elapsed() const { return std::chrono::duration_cast<Microseconds>(now_ - kBegin); }

  /// Something that the world itself does, apart from any process.
  void at(SteadyTime when, std::function<void()> what);

  void after(Microseconds delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  /// Jumps to what comes next and lets it happen. False, at `until`, if nothing comes by then.
  bool step(SteadyTime until);

  std::size_t pending() const { return entries_.size(); }

 private:
  friend class ProcessClock;

  using Place = std::pair<SteadyTime, std::uint64_t>;

  class Entry {
   public:
    Alarm* alarm = nullptr;         ///< of a process,
    ProcessClock* owner = nullptr;  ///< this one;
    std::function<void()> what;     ///< or the world's
  };

  void add(Alarm& alarm, SteadyTime when, ProcessClock& owner);
  void remove(Alarm& alarm);
  void let_happen(std::map<Place, Entry>::iterator place);

  /// Not zero: the product takes SteadyTime{} for "never".
  static constexpr SteadyTime kBegin{std::chrono::hours(24)};

  SteadyTime now_ = kBegin;
  std::uint64_t next_ = 0;
  std::map<Place, Entry> entries_;
  std::unordered_map<const Alarm*, Place>
      places_;  ///< looked up only: its order depends on addresses
};

/// The clock that one simulated process runs by. Outlives the contexts that are set to it.
class ProcessClock final : public Clock, public AlarmQueue {
 public:
  /// `woken` is called when an alarm of the process rings: it has something to run.
  ProcessClock(VirtualTime& time, std::function<void()> woken)
      : time_(&time), woken_(std::move(woken)) {}

  SteadyTime now() const override { return time_->now_; }

  AlarmQueue* alarms() const override { return const_cast<ProcessClock*>(this); }

  void add(Alarm& alarm, SteadyTime when) override { time_->add(alarm, when, *this); }

  void remove(Alarm& alarm) override { time_->remove(alarm); }

  /// Rings the process' next alarm at once, whatever the time; false if it has none. For the memory
  /// of a crashed process, which is taken down outside of time.
  bool ring_next();

  /// How many alarms the process waits for.
  std::size_t pending() const { return pending_; }

 private:
  friend class VirtualTime;

  VirtualTime* time_;
  std::function<void()> woken_;
  std::size_t pending_ = 0;
};

/// Runs what is ready, and jumps to the next alarm when nothing is, until `until`.
void run_until(asio::io_context& context, VirtualTime& time, SteadyTime until);

}  // namespace tercet::test
