#include "proxy/coordinator/slot_store.h"

#include <algorithm>

namespace tercet::proxy {
namespace {

/// protocol.md 8: a few dozen slots at most lie at the proxy.
constexpr std::size_t kSlotsPerKeyMax = 32;

}  // namespace

std::optional<ReadySlot> SlotStore::take(const KeyId& key,
                                         std::size_t blocks,
                                         const LeaseId& lease) {
  const auto found = slots_.find(key);
  if (found == slots_.end()) {
    return std::nullopt;
  }
  std::deque<ReadySlot>& slots = found->second;
  const auto fits = std::find_if(slots.begin(), slots.end(), [&](const ReadySlot& slot) {
    return slot.lease == lease && slot.block_count() >= blocks;
  });
  if (fits == slots.end()) {
    return std::nullopt;
  }
  ReadySlot slot = std::move(*fits);
  slots.erase(fits);
  return slot;
}

void SlotStore::put(const KeyId& key, ReadySlot slot) {
  std::deque<ReadySlot>& slots = slots_[key];
  if (slots.size() < kSlotsPerKeyMax) {
    slots.push_back(std::move(slot));
  }
}

void SlotStore::drop(const KeyId& key) {
  slots_.erase(key);
}

void SlotStore::drop_shorter(const KeyId& key, std::size_t blocks) {
  const auto found = slots_.find(key);
  if (found != slots_.end()) {
    std::erase_if(found->second,
                  [&](const ReadySlot& slot) { return slot.block_count() < blocks; });
  }
}

void SlotStore::drop_lease(const LeaseId& lease) {
  for (auto& [key, slots] : slots_) {
    std::erase_if(slots, [&](const ReadySlot& slot) { return slot.lease == lease; });
  }
  std::erase_if(slots_, [](const auto& entry) { return entry.second.empty(); });
}

std::size_t SlotStore::count(const KeyId& key) const {
  const auto found = slots_.find(key);
  return found == slots_.end() ? 0 : found->second.size();
}

std::size_t SlotStore::total() const {
  std::size_t sum = 0;
  for (const auto& [key, slots] : slots_) {
    sum += slots.size();
  }
  return sum;
}

}  // namespace tercet::proxy
