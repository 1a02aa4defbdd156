#include "node/generation/remembered.h"

#include <utility>

namespace tercet::node {

void RememberedShelf::keep(const SessionId& session, Entry entry) {
  const std::size_t blocks = entry.keystream.block_count();
  while (!order_.empty() && (entries_.size() >= kEntriesMax || blocks_ + blocks > kBlocksMax)) {
    drop_oldest();
  }
  if (entries_.emplace(session, std::move(entry)).second) {
    order_.push_back(session);
    blocks_ += blocks;
  }
}

const RememberedShelf::Entry* RememberedShelf::find(const SessionId& session) const {
  const auto found = entries_.find(session);
  return found == entries_.end() ? nullptr : &found->second;
}

void RememberedShelf::drop_key(const KeyId& key) {
  std::deque<SessionId> rest;
  for (const SessionId& session : order_) {
    const auto found = entries_.find(session);
    if (found->second.key == key) {
      blocks_ -= found->second.keystream.block_count();
      entries_.erase(found);
    } else {
      rest.push_back(session);
    }
  }
  order_ = std::move(rest);
}

void RememberedShelf::drop_oldest() {
  const auto found = entries_.find(order_.front());
  blocks_ -= found->second.keystream.block_count();
  entries_.erase(found);
  order_.pop_front();
}

}  // namespace tercet::node
