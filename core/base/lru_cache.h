#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

#include "core/base/check.h"

namespace tercet {

/// A map of bounded size: what is put in beyond the bound pushes out what was used longest ago.
/// `Key` has an order. Threads: one.
template <class Key, class Value>
class LruCache {
 public:
  /// `capacity`: at least 1 (checked).
  explicit LruCache(std::size_t capacity) : capacity_(capacity) { TERCET_CHECK(capacity > 0); }

  LruCache(const LruCache&) = delete;
  LruCache& operator=(const LruCache&) = delete;

  /// The value, which counts as used now; nullptr where there is none. Valid until the next change.
  const Value* use(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) {
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return &entries_.front().second;
  }

  /// Adds or replaces it; it counts as used now.
  void put(const Key& key, Value value) {
    erase(key);
    if (entries_.size() == capacity_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(key, entries_.begin());
  }

  void erase(const Key& key) {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      entries_.erase(found->second);
      places_.erase(found);
    }
  }

  std::size_t size() const { return entries_.size(); }

  std::size_t capacity() const { return capacity_; }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  std::size_t capacity_;
  Entries entries_;  ///< the one used last in front
  std::map<Key, typename Entries::iterator> places_;
};

}  // namespace tercet
