#pragma once

#include <cstddef>
#include <optional>
#include <set>

#include "core/time/clock.h"

namespace tercet::proxy {

/// The requests of one key store that are in work.
/// Pure data. Threads: one executor.
class StoreLoad {
 public:
  explicit StoreLoad(const Clock& clock) : clock_(clock) {}

  std::size_t in_work() const { return began_.size(); }

  /// All three nodes have worked on one to its end.
  void served() { served_at_ = clock_.now(); }

  /// Whether any was since the oldest of those in work began. If not, they are many because
  /// something hangs, not because so many came.
  bool moves() const { return began_.empty() || (served_at_ && *served_at_ >= *began_.begin()); }

  /// One more, for as long as it lives.
  class Request {
   public:
    explicit Request(StoreLoad& load) : load_(load), at_(load.began_.insert(load.clock_.now())) {}

    ~Request() { load_.began_.erase(at_); }

    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

   private:
    StoreLoad& load_;
    std::multiset<SteadyTime>::iterator at_;
  };

 private:
  const Clock& clock_;
  std::multiset<SteadyTime> began_;
  std::optional<SteadyTime> served_at_;
};

}  // namespace tercet::proxy
