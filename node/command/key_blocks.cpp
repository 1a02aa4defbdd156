#include "node/command/key_blocks.h"

#include <algorithm>
#include <iterator>

namespace tercet::node {

void KeyBlocks::block(const KeyId& key, const CommandId& by) {
  keys_[key].blocks.insert(by);
}

void KeyBlocks::lift(const KeyId& key, const std::vector<CommandId>& lifted) {
  keys_[key].lifted.insert(lifted.begin(), lifted.end());
}

std::vector<CommandId> KeyBlocks::standing(const KeyId& key,
                                           const std::optional<CommandId>& born_by) const {
  const auto found = keys_.find(key);
  Entry entry = found == keys_.end() ? Entry() : found->second;
  if (born_by) {
    entry.blocks.insert(*born_by);
  }
  std::vector<CommandId> out;
  std::ranges::set_difference(entry.blocks, entry.lifted, std::back_inserter(out));
  return out;
}

bool KeyBlocks::any_standing(const KeyId& key, const std::optional<CommandId>& born_by) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) {
    return born_by.has_value();
  }
  const Entry& entry = found->second;
  const bool born_blocked = born_by && !entry.lifted.contains(*born_by);
  return born_blocked || !std::ranges::includes(entry.lifted, entry.blocks);
}

}  // namespace tercet::node
