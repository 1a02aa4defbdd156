#include "proxy/coordinator/key_heat.h"

#include <algorithm>

namespace tercet::proxy {
namespace {

constexpr std::size_t kKeysMax = 64;
constexpr std::chrono::seconds kStaysHot{120};
/// Slots are made for messages up to this; longer ones get a slot of their own on the spot.
constexpr std::size_t kSlotBlocksMin = 4;
constexpr std::size_t kSlotBlocksMax = 32;

}  // namespace

void KeyHeat::used(const KeyId& key, const std::string& store, std::size_t blocks, SteadyTime now) {
  const auto found = keys_.find(key);
  if (found == keys_.end() && keys_.size() >= kKeysMax) {
    return;
  }
  Wanted& wanted = keys_[key];
  wanted.store = store;
  wanted.used_at = now;
  if (blocks <= kSlotBlocksMax) {
    wanted.blocks = std::max({wanted.blocks, blocks, kSlotBlocksMin});
  }
}

void KeyHeat::cool(const KeyId& key) {
  keys_.erase(key);
}

const std::map<KeyId, KeyHeat::Wanted>& KeyHeat::hot(SteadyTime now) {
  std::erase_if(keys_, [&](const auto& entry) {
    return now - entry.second.used_at > kStaysHot || entry.second.blocks == 0;
  });
  return keys_;
}

}  // namespace tercet::proxy
