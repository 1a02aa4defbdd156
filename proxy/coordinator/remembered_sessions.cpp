#include "proxy/coordinator/remembered_sessions.h"

namespace tercet::proxy {
namespace {

constexpr std::size_t kEntriesMax = 512;

}  // namespace

void RememberedSessions::note(
    const LeaseId& lease, const KeyId& key, ByteView iv, std::size_t blocks, SessionId made_by) {
  const Name name(key, to_bytes(iv));
  if (!entries_.contains(name)) {
    order_.push_back(name);
  }
  entries_[name] = Entry{lease, made_by, blocks};
  while (order_.size() > kEntriesMax) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
}

std::optional<SessionId> RememberedSessions::find(const LeaseId& lease,
                                                  const KeyId& key,
                                                  ByteView iv,
                                                  std::size_t blocks) const {
  const auto found = entries_.find(Name(key, to_bytes(iv)));
  if (found == entries_.end() || found->second.lease != lease || found->second.blocks < blocks) {
    return std::nullopt;
  }
  return found->second.session;
}

void RememberedSessions::forget(const KeyId& key, ByteView iv) {
  entries_.erase(Name(key, to_bytes(iv)));
}

void RememberedSessions::clear() {
  entries_.clear();
  order_.clear();
}

}  // namespace tercet::proxy
