#include "node/keymaking/making_queue.h"

#include <algorithm>

namespace tercet::node {

void MakingQueue::follow(const OpenMakings& open, SteadyTime now) {
  if (open.changes() == followed_) {
    return;
  }
  followed_ = open.changes();
  // Both are in the order of places.
  auto mine = entries_.begin();
  for (const auto& [place, making] : open.in_order()) {
    while (mine != entries_.end() && mine->first < place) {
      waiting_.erase({mine->second.due, mine->first});
      mine = entries_.erase(mine);
    }
    if (mine != entries_.end() && mine->first == place) {
      ++mine;
      continue;
    }
    entries_.emplace_hint(mine, place, Entry(making, now));
    waiting_.emplace(now, place);
  }
  for (auto gone = mine; gone != entries_.end(); ++gone) {
    waiting_.erase({gone->second.due, gone->first});
  }
  entries_.erase(mine, entries_.end());
}

bool MakingQueue::may_run(const Place& place) const {
  return !keys_.contains(entries_.at(place.second).making.key);
}

std::optional<OpenMaking> MakingQueue::take(SteadyTime now) {
  const auto found =
      std::ranges::find_if(waiting_, [&](const Place& place) { return may_run(place); });
  if (found == waiting_.end() || found->first > now) {
    return std::nullopt;
  }
  const OpenMaking& making = entries_.at(found->second).making;
  running_.emplace(making.id, Running(found->second, making.key));
  keys_.insert(making.key);
  waiting_.erase(found);
  return making;
}

void MakingQueue::give_back(const CommandId& id, Ended how, SteadyTime now) {
  const auto running = running_.find(id);
  if (running == running_.end()) {
    return;
  }
  const auto found = entries_.find(running->second.place);
  keys_.erase(running->second.key);
  running_.erase(running);
  if (found == entries_.end()) {
    return;  // it has ended
  }
  Entry& entry = found->second;
  const Milliseconds longest =
      how == Ended::failed ? pauses_.longest : std::max(pauses_.longest_unready, entry.pause);
  entry.pause = std::min(std::max(pauses_.first, 2 * entry.pause), longest);
  entry.due = now + entry.pause;
  waiting_.emplace(entry.due, found->first);
}

void MakingQueue::all_due(SteadyTime now) {
  waiting_.clear();
  for (auto& [place, entry] : entries_) {
    entry.pause = Milliseconds(0);
    if (running_.contains(entry.making.id)) {
      continue;
    }
    entry.due = std::min(entry.due, now);
    waiting_.emplace(entry.due, place);
  }
}

std::optional<SteadyTime> MakingQueue::next_due() const {
  const auto found =
      std::ranges::find_if(waiting_, [&](const Place& place) { return may_run(place); });
  return found == waiting_.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace tercet::node
