#include "core/time/clock.h"

namespace tercet {
namespace {

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

const WallClock& system_wall_clock() {
  static const SystemWallClock clock;
  return clock;
}

}  // namespace tercet
