#include "tests/support/virtual_time.h"

#include <algorithm>

#include "core/base/check.h"

namespace tercet::test {

void VirtualTime::at(SteadyTime when, std::function<void()> what) {
  Entry entry;
  entry.what = std::move(what);
  entries_.emplace(Place(std::max(when, now_), next_++), std::move(entry));
}

void VirtualTime::add(Alarm& alarm, SteadyTime when, ProcessClock& owner) {
  if (when == SteadyTime::max()) {
    return;
  }
  const Place place(std::max(when, now_), next_++);
  Entry entry;
  entry.alarm = &alarm;
  entry.owner = &owner;
  entries_.emplace(place, std::move(entry));
  TERCET_CHECK(places_.emplace(&alarm, place).second);
  ++owner.pending_;
}

void VirtualTime::remove(Alarm& alarm) {
  const auto found = places_.find(&alarm);
  if (found == places_.end()) {
    return;
  }
  const auto entry = entries_.find(found->second);
  --entry->second.owner->pending_;
  entries_.erase(entry);
  places_.erase(found);
}

void VirtualTime::let_happen(std::map<Place, Entry>::iterator place) {
  Entry entry = std::move(place->second);
  entries_.erase(place);
  if (entry.alarm == nullptr) {
    entry.what();
    return;
  }
  places_.erase(entry.alarm);
  --entry.owner->pending_;
  entry.alarm->ring();
  entry.owner->woken_();
}

bool VirtualTime::step(SteadyTime until) {
  const auto first = entries_.begin();
  if (first == entries_.end() || first->first.first > until) {
    now_ = until;
    return false;
  }
  now_ = first->first.first;
  let_happen(first);
  return true;
}

bool ProcessClock::ring_next() {
  const auto found = std::find_if(time_->entries_.begin(),
                                  time_->entries_.end(),
                                  [this](const auto& entry) { return entry.second.owner == this; });
  if (found == time_->entries_.end()) {
    return false;
  }
  time_->let_happen(found);
  return true;
}

void run_until(asio::io_context& context, VirtualTime& time, SteadyTime until) {
  do {
    context.restart();
    while (context.poll_one() != 0) {
    }
  } while (time.step(until));
}

}  // namespace tercet::test
