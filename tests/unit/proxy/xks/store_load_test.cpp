#include "proxy/xks/store_load.h"

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

class HandClock final : public Clock {
 public:
  SteadyTime now() const override { return now_; }

  void advance(Milliseconds by) { now_ += by; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

TEST(StoreLoad, MovesWhileRequestsComeToTheirEnd) {
  HandClock clock;
  StoreLoad load(clock);
  EXPECT_TRUE(load.moves()) << "nothing waits";
  const StoreLoad::Request oldest(load);
  clock.advance(Milliseconds(5));
  {
    const StoreLoad::Request other(load);
    EXPECT_EQ(load.in_work(), 2U);
    EXPECT_FALSE(load.moves());
    load.served();
  }
  EXPECT_EQ(load.in_work(), 1U);
  EXPECT_TRUE(load.moves());
}

TEST(StoreLoad, DoesNotMoveForWhatWasServedBeforeTheOldestCame) {
  HandClock clock;
  StoreLoad load(clock);
  load.served();
  clock.advance(Milliseconds(5));
  const StoreLoad::Request request(load);
  EXPECT_FALSE(load.moves());
}

}  // namespace
}  // namespace tercet::proxy
