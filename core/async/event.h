#pragma once

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "core/time/timer.h"

namespace tercet {

/// A flag that coroutines wait for; any number of them. Level-triggered: stays set until reset.
/// Threads: one executor. Lifetime: outlives its waiters.
class Event {
 public:
  explicit Event(const asio::any_io_executor& executor);

  void set();

  void reset() { set_ = false; }

  bool is_set() const { return set_; }

  /// Until set. Errors: closed (the waiting task was cancelled).
  Task<Status> wait();
  /// Errors: closed; timeout.
  Task<Status> wait_until(Deadline until);
  /// Until set, whatever happens to the waiting task; for clean-up that is sure to come.
  Task<void> wait_uncancelled();

 private:
  Timer timer_;
  bool set_ = false;
};

}  // namespace tercet
