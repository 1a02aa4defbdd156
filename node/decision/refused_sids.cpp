#include "node/decision/refused_sids.h"

#include <algorithm>

namespace tercet::node {

bool RefusedSids::List::add(const SessionId& sid, SteadyTime now) {
  if (ids_.contains(sid)) {
    return true;
  }
  while (!in_order_.empty() && now - in_order_.front().first > kKept) {
    forget_oldest();
  }
  if (full()) {
    return false;
  }
  in_order_.emplace_back(now, sid);
  ids_.insert(sid);
  return true;
}

void RefusedSids::List::forget_oldest() {
  ids_.erase(in_order_.front().second);
  in_order_.pop_front();
}

bool RefusedSids::add_asked(mpc::PartyIndex from, const SessionId& sid, SteadyTime now) {
  return contains(sid) || asked_by_[mpc::number(from) - 1U].add(sid, now);
}

void RefusedSids::add_broken(const SessionId& sid, SteadyTime now) {
  if (!broken_.add(sid, now)) {
    broken_.forget_oldest();
    static_cast<void>(broken_.add(sid, now));  // there is room now
  }
}

bool RefusedSids::contains(const SessionId& sid) const {
  const auto holds = [&](const List& list) { return list.contains(sid); };
  return holds(broken_) || std::ranges::any_of(asked_by_, holds);
}

}  // namespace tercet::node
