#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/base/ids.h"

namespace tercet::node {

/// A command that makes a key version and is neither done nor failed.
class OpenMaking {
 public:
  OpenMaking(const CommandId& its_id, KeyId its_key, std::int64_t expires)
      : id(its_id), key(std::move(its_key)), expires_at(expires) {}

  CommandId id;
  KeyId key;
  std::int64_t expires_at;  ///< seconds, as in the command
};

/// All of them, in the order of the log, in memory: looked at often. Threads: one.
class OpenMakings {
 public:
  OpenMakings() = default;

  void add(OpenMaking making) {
    if (places_.try_emplace(making.id, next_).second) {
      in_order_.emplace(next_++, std::move(making));
      ++changes_;
    }
  }

  void remove(const CommandId& id) {
    const auto place = places_.find(id);
    if (place != places_.end()) {
      in_order_.erase(place->second);
      places_.erase(place);
      ++changes_;
    }
  }

  /// By places that only grow.
  const std::map<std::uint64_t, OpenMaking>& in_order() const { return in_order_; }

  /// Another number after every change.
  std::uint64_t changes() const { return changes_; }

  /// Places and changes go on, so that nobody takes what comes for what was.
  void clear() {
    in_order_.clear();
    places_.clear();
    ++changes_;
  }

 private:
  std::map<std::uint64_t, OpenMaking> in_order_;
  std::map<CommandId, std::uint64_t> places_;
  std::uint64_t next_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace tercet::node
