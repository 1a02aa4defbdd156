#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/time/clock.h"

namespace tercet {

namespace asio = boost::asio;

/// What a simulated clock rings when its time comes.
class Alarm {
 public:
  virtual ~Alarm() = default;
  virtual void ring() = 0;
};

/// The alarms of a simulated clock. Alarms for one moment ring in the order they were added.
class AlarmQueue {
 public:
  virtual ~AlarmQueue() = default;
  /// The alarm is in no queue now.
  virtual void add(Alarm& alarm, SteadyTime when) = 0;
  /// Harmless if it is not there.
  virtual void remove(Alarm& alarm) = 0;
};

/// The one timer type: wakes who waits for it, when the clock of its executor gets there. Product
/// code waits through core/async (sleep_until, with_deadline, Event).
/// Threads: one executor. Lifetime: outlives its waits.
class Timer final : private Alarm {
 public:
  /// Set to never.
  explicit Timer(const asio::any_io_executor& executor);
  Timer(const asio::any_io_executor& executor, SteadyTime when);
  ~Timer() override;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Wakes who waits, as cancel() does, and starts anew.
  void set(SteadyTime when);
  /// Wakes who waits, before the time.
  void cancel();

  /// Completes with an error code, which `is_due` reads.
  template <class Token>
  auto async_wait(Token&& token) {
    return timer_.async_wait(std::forward<Token>(token));
  }

  /// After a wait that completed with `failed`: whether the time has come; else the wait was ended.
  bool is_due(boost::system::error_code failed) const { return rang_ || !failed; }

 private:
  void ring() override;

  asio::steady_timer timer_;
  AlarmQueue* alarms_;
  bool rang_ = false;
};

}  // namespace tercet
