#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "core/time/clock.h"
#include "core/time/timer.h"

namespace tercet::test {

/// Time that passes only when it is told to: by jumps from alarm to alarm, in the same order in
/// every run. Outlives the contexts that are set to it. Threads: one.
class VirtualClock final : public Clock, private AlarmQueue {
 public:
  SteadyTime now() const override { return now_; }

  AlarmQueue* alarms() const override;

  /// When the next alarm rings; nothing if there is none.
  std::optional<SteadyTime> next_alarm() const;
  /// Jumps to the next alarm and rings it, that one only. False if there is none.
  bool ring_next();
  /// Jumps, not backwards and not past an alarm.
  void advance_to(SteadyTime when);

 private:
  using Place = std::pair<SteadyTime, std::uint64_t>;

  void add(Alarm& alarm, SteadyTime when) override;
  void remove(Alarm& alarm) override;

  SteadyTime now_ =
      SteadyTime(std::chrono::hours(1));  // not zero, which stands for "never" here and there
  std::uint64_t added_ = 0;
  std::map<Place, Alarm*> alarms_;
  std::map<const Alarm*, Place> places_;  // searched only: its order depends on addresses
};

/// Runs what is ready, and jumps to the next alarm when nothing is, until `until`.
void run_until(asio::io_context& context, VirtualClock& clock, SteadyTime until);

}  // namespace tercet::test
