#include "node/generation/remembered.h"

#include <utility>

namespace tercet::node {

void RememberedShelf::keep(const SessionId& session, Entry entry) {
  const std::size_t blocks = entry.keystream.block_count();
  const std::size_t blocks_max = entries_max_ * kBlocksEach;
  if (blocks > blocks_max || entries_max_ == 0 || entries_.contains(session)) {
    return;
  }
  while (!uses_.empty() && (entries_.size() >= entries_max_ || blocks_ + blocks > blocks_max)) {
    drop(entries_.find(uses_.front()));
  }
  const auto use = uses_.insert(uses_.end(), session);
  entries_.emplace(session, Kept(std::move(entry), use));
  blocks_ += blocks;
}

const RememberedShelf::Entry* RememberedShelf::find(const SessionId& session) {
  const auto found = entries_.find(session);
  if (found == entries_.end()) {
    return nullptr;
  }
  uses_.splice(uses_.end(), uses_, found->second.use);
  return &found->second.entry;
}

void RememberedShelf::drop_key(const KeyId& key) {
  for (auto place = entries_.begin(); place != entries_.end();) {
    place = place->second.entry.key == key ? drop(place) : std::next(place);
  }
}

RememberedShelf::Place RememberedShelf::drop(Place place) {
  blocks_ -= place->second.entry.keystream.block_count();
  uses_.erase(place->second.use);
  return entries_.erase(place);
}

}  // namespace tercet::node
