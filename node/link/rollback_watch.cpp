#include "node/link/rollback_watch.h"

#include <algorithm>

namespace tercet::node {

Challenge RollbackWatch::issue(RandomSource& random) {
  const Challenge challenge = random.array<16>();
  issued_.push_back(challenge);
  if (issued_.size() > kChallengesKept) {
    issued_.erase(issued_.begin() + 1);  // the newest echoed one stays in front
  }
  return challenge;
}

void RollbackWatch::forget_peer() {
  any_echoed_ = false;
  highest_count_ = 0;
  newest_of_peer_ = Challenge{};
}

WatchVerdict RollbackWatch::see(std::uint64_t session_count,
                                const Challenge& echo,
                                const Challenge& fresh) {
  if (session_count < highest_count_) {
    return WatchVerdict::peer_rolled_back;
  }
  if (echo == Challenge{}) {
    if (any_echoed_) {
      return WatchVerdict::peer_rolled_back;
    }
  } else {
    const auto found = std::find(issued_.begin(), issued_.end(), echo);
    if (found == issued_.end()) {
      return std::find(past_.begin(), past_.end(), echo) != past_.end()
                 ? WatchVerdict::peer_rolled_back
                 : WatchVerdict::self_rolled_back;
    }
    past_.insert(past_.end(), issued_.begin(), found);
    while (past_.size() > kChallengesKept) {
      past_.pop_front();
    }
    issued_.erase(issued_.begin(), found);
    any_echoed_ = true;
  }
  highest_count_ = session_count;
  newest_of_peer_ = fresh;
  return WatchVerdict::fine;
}

}  // namespace tercet::node
