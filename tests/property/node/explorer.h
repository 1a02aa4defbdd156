#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace tercet::test {

/// Breadth-first exploration of every state that a small world can reach.
///
/// World:
///   using State = ...;                       // trivially copyable, without padding
///   State start() const;
///   template <class Emit> void successors(const State&, Emit) const;   // emit(next, step,
///   is_fault) const char* violation(const State&) const;                         // nullptr: safe
///   bool well_ended(const State&) const;
///   bool must_end(const State&) const;       // liveness is judged from here
///   std::string describe(std::uint16_t step) const;
///
/// Safety: no reachable state is a violation. Liveness: from every state that must end some
/// continuation without a fault ends well, which is enough where every step that stays possible is
/// taken at last.
template <class World>
class Explorer {
 public:
  using State = typename World::State;
  static_assert(std::has_unique_object_representations_v<State>);

  class Finding {
   public:
    std::string what;                ///< empty: the property holds
    std::vector<std::string> trace;  ///< the shortest way there
    std::size_t states = 0;
    bool complete = true;  ///< false: cut off at the limit
  };

  explicit Explorer(World world, std::size_t state_limit = 25'000'000)
      : world_(std::move(world)), state_limit_(state_limit) {}

  /// Both properties; liveness only where everything was seen.
  Finding run() {
    add(world_.start(), 0, 0);
    for (std::uint32_t at = 0; at < states_.size(); ++at) {
      if (const char* what = world_.violation(states_[at]); what != nullptr) {
        return finding(what, at);
      }
      if (states_.size() >= state_limit_) {
        complete_ = false;
        continue;
      }
      const State here = states_[at];
      world_.successors(here, [&](const State& next, std::uint16_t step, bool is_fault) {
        const std::uint32_t to = add(next, at, step);
        if (!is_fault && to != at) {
          edges_.emplace_back(at, to);
        }
      });
    }
    if (complete_) {
      if (const std::int64_t stuck = find_stuck(); stuck >= 0) {
        return finding("stuck: no way on without a fault", static_cast<std::uint32_t>(stuck));
      }
    }
    return finding("", 0);
  }

 private:
  static std::uint64_t hash_of(const State& state) {
    std::uint8_t bytes[sizeof(State)];
    std::memcpy(bytes, &state, sizeof(State));
    std::uint64_t hash = 0x9E3779B97F4A7C15U;
    for (std::size_t at = 0; at < sizeof(State); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes + at, std::min<std::size_t>(8, sizeof(State) - at));
      hash = (hash ^ word) * 0xFF51AFD7ED558CCDU;
      hash ^= hash >> 29U;
    }
    return hash;
  }

  std::uint32_t add(const State& state, std::uint32_t from, std::uint16_t step) {
    if (states_.size() * 2 >= table_.size()) {
      grow();
    }
    std::size_t slot = hash_of(state) & (table_.size() - 1);
    while (table_[slot] != 0) {
      const std::uint32_t known = table_[slot] - 1;
      if (std::memcmp(&states_[known], &state, sizeof(State)) == 0) {
        return known;
      }
      slot = (slot + 1) & (table_.size() - 1);
    }
    states_.push_back(state);
    parents_.emplace_back(from, step);
    table_[slot] = static_cast<std::uint32_t>(states_.size());
    return table_[slot] - 1;
  }

  void grow() {
    table_.assign(table_.empty() ? 1024 : table_.size() * 2, 0);
    for (std::uint32_t at = 0; at < states_.size(); ++at) {
      std::size_t slot = hash_of(states_[at]) & (table_.size() - 1);
      while (table_[slot] != 0) {
        slot = (slot + 1) & (table_.size() - 1);
      }
      table_[slot] = at + 1;
    }
  }

  /// The first state that must end and from which no edge leads to a good end; -1: none.
  std::int64_t find_stuck() const {
    std::vector<std::uint32_t> first(states_.size() + 1, 0);
    for (const auto& [from, to] : edges_) {
      ++first[to + 1];
    }
    for (std::size_t at = 1; at < first.size(); ++at) {
      first[at] += first[at - 1];
    }
    std::vector<std::uint32_t> sources(edges_.size());
    std::vector<std::uint32_t> filled(first.begin(), first.end() - 1);
    for (const auto& [from, to] : edges_) {
      sources[filled[to]++] = from;
    }
    std::vector<bool> ends(states_.size(), false);
    std::vector<std::uint32_t> to_visit;
    for (std::uint32_t at = 0; at < states_.size(); ++at) {
      if (world_.well_ended(states_[at])) {
        ends[at] = true;
        to_visit.push_back(at);
      }
    }
    while (!to_visit.empty()) {
      const std::uint32_t at = to_visit.back();
      to_visit.pop_back();
      for (std::uint32_t i = first[at]; i < first[at + 1]; ++i) {
        if (!ends[sources[i]]) {
          ends[sources[i]] = true;
          to_visit.push_back(sources[i]);
        }
      }
    }
    for (std::size_t at = 0; at < states_.size(); ++at) {
      if (!ends[at] && world_.must_end(states_[at])) {
        return static_cast<std::int64_t>(at);
      }
    }
    return -1;
  }

  Finding finding(std::string what, std::uint32_t at) const {
    Finding out;
    out.what = std::move(what);
    out.states = states_.size();
    out.complete = complete_;
    for (; at != 0; at = parents_[at].first) {
      out.trace.insert(out.trace.begin(), world_.describe(parents_[at].second));
    }
    return out;
  }

  World world_;
  std::size_t state_limit_;
  bool complete_ = true;
  std::vector<State> states_;
  std::vector<std::pair<std::uint32_t, std::uint16_t>> parents_;  ///< state and step
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges_;    ///< without faults
  std::vector<std::uint32_t> table_;                              ///< index + 1; 0: free
};

}  // namespace tercet::test
