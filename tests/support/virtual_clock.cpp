#include "tests/support/virtual_clock.h"

#include "core/base/check.h"

namespace tercet::test {

AlarmQueue* VirtualClock::alarms() const {
  return const_cast<VirtualClock*>(this);  // a clock is passed as const: who reads it cannot set it
}

std::optional<SteadyTime> VirtualClock::next_alarm() const {
  return alarms_.empty() ? std::nullopt : std::optional(alarms_.begin()->first.first);
}

bool VirtualClock::ring_next() {
  if (alarms_.empty()) {
    return false;
  }
  const auto first = alarms_.begin();
  now_ = std::max(now_, first->first.first);
  Alarm* const alarm = first->second;
  remove(*alarm);
  alarm->ring();
  return true;
}

void VirtualClock::advance_to(SteadyTime when) {
  TERCET_CHECK(when >= now_ && (alarms_.empty() || when <= alarms_.begin()->first.first));
  now_ = when;
}

void VirtualClock::add(Alarm& alarm, SteadyTime when) {
  const Place place(when, ++added_);
  TERCET_CHECK(places_.emplace(&alarm, place).second);
  alarms_.emplace(place, &alarm);
}

void VirtualClock::remove(Alarm& alarm) {
  if (const auto found = places_.find(&alarm); found != places_.end()) {
    alarms_.erase(found->second);
    places_.erase(found);
  }
}

void run_until(asio::io_context& context, VirtualClock& clock, SteadyTime until) {
  for (;;) {
    context.restart();
    while (context.poll_one() != 0) {
    }
    const std::optional<SteadyTime> next = clock.next_alarm();
    if (!next || *next > until) {
      clock.advance_to(until);
      return;
    }
    clock.ring_next();
  }
}

}  // namespace tercet::test
