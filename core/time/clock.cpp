#include "core/time/clock.h"

namespace tercet {
namespace {

class RealClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
};

class SystemWallClock final : public WallClock {
 public:
  std::int64_t now_seconds() const override { return now_milliseconds() / 1000; }

  std::int64_t now_milliseconds() const override {
    return std::chrono::duration_cast<Milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace

const Clock& real_clock() {
  static const RealClock clock;
  return clock;
}

const WallClock& system_wall_clock() {
  static const SystemWallClock clock;
  return clock;
}

}  // namespace tercet
