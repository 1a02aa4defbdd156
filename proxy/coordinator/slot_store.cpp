#include "proxy/coordinator/slot_store.h"

#include <iterator>

namespace tercet::proxy {

std::optional<ReadySlot> SlotStore::take(const KeyId& key,
                                         std::size_t blocks,
                                         const LeaseId& lease) {
  const auto found = slots_.find(key);
  if (found == slots_.end()) {
    return std::nullopt;
  }
  auto fits = found->second.lower_bound(blocks);
  while (fits != found->second.end() && fits->second.lease != lease) {
    ++fits;
  }
  if (fits == found->second.end()) {
    return std::nullopt;
  }
  ReadySlot slot = std::move(fits->second);
  found->second.erase(fits);
  return slot;
}

void SlotStore::put(const KeyId& key, ReadySlot slot) {
  const std::size_t blocks = slot.block_count();
  slots_[key].emplace(blocks, std::move(slot));
}

void SlotStore::drop(const KeyId& key) {
  slots_.erase(key);
}

void SlotStore::drop_unless(const std::function<bool(const KeyId&)>& in_use) {
  std::erase_if(slots_, [&](const auto& entry) { return !in_use(entry.first); });
}

void SlotStore::drop_lease(const LeaseId& lease) {
  for (auto& [key, slots] : slots_) {
    std::erase_if(slots, [&](const auto& entry) { return entry.second.lease == lease; });
  }
  std::erase_if(slots_, [](const auto& entry) { return entry.second.empty(); });
}

std::size_t SlotStore::count(const KeyId& key, std::size_t shortest, std::size_t longest) const {
  const auto found = slots_.find(key);
  if (found == slots_.end()) {
    return 0;
  }
  return static_cast<std::size_t>(
      std::distance(found->second.lower_bound(shortest), found->second.upper_bound(longest)));
}

std::size_t SlotStore::total() const {
  std::size_t sum = 0;
  for (const auto& [key, slots] : slots_) {
    sum += slots.size();
  }
  return sum;
}

}  // namespace tercet::proxy
