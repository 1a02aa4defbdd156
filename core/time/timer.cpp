#include "core/time/timer.h"

#include "core/time/executor_clock.h"

namespace tercet {

Timer::Timer(const asio::any_io_executor& executor)
    : timer_(executor, SteadyTime::max()), alarms_(clock_of(executor).alarms()) {}

Timer::Timer(const asio::any_io_executor& executor, SteadyTime when) : Timer(executor) {
  set(when);
}

Timer::~Timer() {
  if (alarms_ != nullptr) {
    alarms_->remove(*this);
  }
}

void Timer::set(SteadyTime when) {
  rang_ = false;
  if (alarms_ == nullptr) {
    timer_.expires_at(when);
    return;
  }
  // The system's timer only holds who waits; the queue rings.
  cancel();
  if (when != SteadyTime::max()) {
    alarms_->add(*this, when);
  }
}

void Timer::cancel() {
  timer_.cancel();
  if (alarms_ != nullptr) {
    alarms_->remove(*this);
  }
}

void Timer::ring() {
  rang_ = true;
  timer_.expires_at(SteadyTime::min());  // who waits is woken, who waits from now on is not kept
}

}  // namespace tercet
