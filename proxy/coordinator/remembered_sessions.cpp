#include "proxy/coordinator/remembered_sessions.h"

namespace tercet::proxy {

void RememberedSessions::note(
    const LeaseId& lease, const KeyId& key, ByteView iv, std::size_t blocks, SessionId made_by) {
  forget(key, iv);
  if (entries_max_ == 0) {
    return;
  }
  if (entries_.size() >= entries_max_) {
    entries_.erase(uses_.front());
    uses_.pop_front();
  }
  Name name(key, to_bytes(iv));
  const auto use = uses_.insert(uses_.end(), name);
  entries_.emplace(std::move(name), Entry{lease, made_by, blocks, use});
}

std::optional<SessionId> RememberedSessions::find(const LeaseId& lease,
                                                  const KeyId& key,
                                                  ByteView iv,
                                                  std::size_t blocks) {
  const auto found = entries_.find(Name(key, to_bytes(iv)));
  if (found == entries_.end() || found->second.lease != lease || found->second.blocks < blocks) {
    return std::nullopt;
  }
  uses_.splice(uses_.end(), uses_, found->second.use);
  return found->second.session;
}

void RememberedSessions::forget(const KeyId& key, ByteView iv) {
  const auto found = entries_.find(Name(key, to_bytes(iv)));
  if (found != entries_.end()) {
    uses_.erase(found->second.use);
    entries_.erase(found);
  }
}

void RememberedSessions::clear() {
  entries_.clear();
  uses_.clear();
}

}  // namespace tercet::proxy
