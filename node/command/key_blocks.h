#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/ids.h"

namespace tercet::node {

/// Which keys may not be used, derived from commands and receipts alone: a key may be used while
/// every block known here is lifted by a permit in force here. A permit names the blocks that it
/// lifts, so no order and no number matters: the same set of commands gives the same state at every
/// node, whatever came first. Keys need not exist. Threads: one.
class KeyBlocks {
 public:
  KeyBlocks() = default;

  /// `by` blocks the key; once is enough.
  void block(const KeyId& key, const CommandId& by);
  /// A permit on the key is in force: it lifts these blocks, the ones not known yet included.
  void lift(const KeyId& key, const std::vector<CommandId>& lifted);

  /// The blocks that no permit has lifted, in the order of their ids. `born_by`: the command that
  /// made the key, where it made it disabled; it is a block like the others.
  std::vector<CommandId> standing(const KeyId& key,
                                  const std::optional<CommandId>& born_by = std::nullopt) const;

  /// Whether there is any of them; copies nothing.
  bool any_standing(const KeyId& key, const std::optional<CommandId>& born_by = std::nullopt) const;

  bool operator==(const KeyBlocks&) const = default;

 private:
  struct Entry {
    std::set<CommandId> blocks;
    std::set<CommandId> lifted;
    bool operator==(const Entry&) const = default;
  };

  std::map<KeyId, Entry> keys_;
};

}  // namespace tercet::node
