#pragma once

#include <array>
#include <cstddef>

#include "core/time/clock.h"

namespace tercet {

/// How long something takes that all three nodes compute together, from the last few times: what
/// the way between the sites takes of it, since a slow one by chance does not count. Pure data.
/// Threads: one executor.
class Pace {
 public:
  void note(Milliseconds took);

  /// The fastest of late; zero as long as nothing is known.
  Milliseconds fastest() const;

 private:
  static constexpr std::size_t kRemembered = 4;
  std::array<Milliseconds, kRemembered> took_{};
  std::size_t noted_ = 0;
};

}  // namespace tercet
