#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/time/clock.h"

namespace tercet::node {

/// How fast a stock is used, from the count of all that was ever used: over the last minute, or
/// since the first count where that is less. Pure data. Threads: one executor.
class UseRate {
 public:
  static constexpr std::chrono::seconds kWindow{60};

  /// The count now. Call it often: a count a second is kept.
  void note(std::uint64_t used, SteadyTime now);

  double per_second() const;

  /// How long a stock lasts at this rate; nothing if none of it was used.
  std::optional<std::chrono::duration<double>> lasts(std::uint64_t stock) const;

 private:
  struct Count {
    SteadyTime at;
    std::uint64_t used;
  };

  std::deque<Count> counts_;  ///< the first is the newest that is a window old, if one is
  Count newest_{};
};

}  // namespace tercet::node
