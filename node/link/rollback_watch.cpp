#include "node/link/rollback_watch.h"

#include <algorithm>

namespace tercet::node {

Challenge RollbackWatch::issue(RandomSource& random) {
  return issue(random, false);
}

Challenge RollbackWatch::offer(RandomSource& random) {
  return issue(random, true);
}

Challenge RollbackWatch::issue(RandomSource& random, bool offered) {
  const Challenge challenge = random.array<16>();
  issued_.emplace_back(challenge, offered);
  const auto same = [offered](const Issued& one) { return one.offered == offered; };
  const auto second = issued_.begin() + 1;  // the newest echoed one stays in front
  if (std::count_if(second, issued_.end(), same) > std::ptrdiff_t{kChallengesKept}) {
    issued_.erase(std::find_if(second, issued_.end(), same));
  }
  return challenge;
}

void RollbackWatch::confirm(const Challenge& offered) {
  for (Issued& one : issued_) {
    one.offered = one.offered && one.value != offered;
  }
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
    const auto found = std::find_if(
        issued_.begin(), issued_.end(), [&echo](const Issued& one) { return one.value == echo; });
    if (found == issued_.end()) {
      return std::find(past_.begin(), past_.end(), echo) != past_.end()
                 ? WatchVerdict::peer_rolled_back
                 : WatchVerdict::self_rolled_back;
    }
    for (auto one = issued_.begin(); one != found; ++one) {
      past_.push_back(one->value);
    }
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
