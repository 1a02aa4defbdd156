#include "node/policy/replay_list.h"

namespace tercet::node {

Result<unsigned> ReplayList::use(const SignatureId& signature,
                                 std::int64_t valid_until,
                                 std::int64_t now_seconds) {
  forget_expired(now_seconds);
  const auto found = uses_.find(signature);
  if (found != uses_.end()) {
    if (found->second >= kUsesMax) {
      return Error(Errc::replayed, "the signature was used as often as it may be");
    }
    return ++found->second;
  }
  if (uses_.size() >= kEntriesMax) {
    return Error(Errc::overloaded, "the list of used signatures is full");
  }
  uses_.emplace(signature, 1);
  by_expiry_.emplace(valid_until, signature);
  return 1U;
}

void ReplayList::forget_expired(std::int64_t now_seconds) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first < now_seconds) {
    uses_.erase(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
  }
}

}  // namespace tercet::node
