#include "proxy/coordinator/slot_planner.h"

#include <cmath>
#include <queue>

#include <gtest/gtest.h>

#include "core/random/deterministic.h"

namespace tercet::proxy {
namespace {

KeyId key(std::string_view text) {
  return KeyId::parse(text).value();
}

SteadyTime at(double seconds) {
  return SteadyTime(std::chrono::duration_cast<SteadyTime::duration>(
      std::chrono::duration<double>(1000 + seconds)));
}

/// Encrypts of one key that arrive by chance at a steady rate; sessions that make slots take a
/// fixed time. Virtual time throughout.
class Load {
 public:
  Load(double per_second, double make_seconds) : rate_(per_second), make_(make_seconds) {}

  void run(double seconds, std::size_t blocks) {
    const double end = now_ + seconds;
    while (now_ < end) {
      const double next_arrival = now_ - std::log(uniform()) / rate_;
      finish_until(next_arrival);
      now_ = next_arrival;
      ++asked;
      planner.asked(key("a"), "store", blocks, at(now_));
      missed += store.take(key("a"), blocks, LeaseId()) ? 0U : 1U;
      order();
    }
  }

  void restart_count() { asked = missed = 0; }

  SlotPlanner planner;
  SlotStore store;
  std::size_t asked = 0;
  std::size_t missed = 0;
  std::size_t most_ready = 0;
  std::size_t slots_made = 0;

 private:
  double uniform() {
    const auto bytes = random_.array<4>();
    return (static_cast<double>(load_u32(bytes)) + 1) / 4294967297.0;
  }

  void order() {
    while (const auto next = planner.next(store, at(now_))) {
      under_way_.emplace(now_ + make_, *next);
    }
  }

  void finish_until(double time) {
    while (!under_way_.empty() && under_way_.front().first <= time) {
      const auto [ends, order_ended] = under_way_.front();
      under_way_.pop();
      now_ = ends;
      planner.session_took(Milliseconds(static_cast<int>(make_ * 1000)));
      planner.ended(order_ended);
      for (std::uint16_t i = 0; i < order_ended.count; ++i) {
        ReadySlot slot;
        slot.keystream = Bytes(order_ended.blocks * std::size_t{16});
        store.put(key("a"), std::move(slot));
      }
      slots_made += order_ended.count;
      most_ready = std::max(most_ready, store.total());
      order();
    }
  }

  double rate_;
  double make_;
  double now_ = 0;
  DeterministicRandom random_{5};
  std::queue<std::pair<double, SlotPlanner::Order>> under_way_;
};

TEST(SlotPlanner, SteadyLoadDoesNotWaitForSlots) {
  for (const auto& [rate, make] : {std::pair(20.0, 0.01),
                                   std::pair(300.0, 0.01),
                                   std::pair(100.0, 0.1),
                                   std::pair(5.0, 0.2)}) {
    SCOPED_TRACE(rate);
    Load load(rate, make);
    load.run(10, 6);
    load.restart_count();
    load.run(60, 6);
    EXPECT_LE(static_cast<double>(load.missed), 0.002 * static_cast<double>(load.asked));
    EXPECT_LE(load.most_ready, SlotPlanner::kReadySlotsMax + SlotPlanner::kPendingSlotsMax);
  }
}

TEST(SlotPlanner, KeepsAFewOfAKeyInUseAndNoneOfOthers) {
  SlotPlanner planner;
  const SlotStore empty;
  EXPECT_FALSE(planner.next(empty, at(0)));
  planner.asked(key("a"), "store", 3, at(0));

  const auto order = planner.next(empty, at(0));

  ASSERT_TRUE(order);
  EXPECT_EQ(order->key, key("a"));
  EXPECT_EQ(order->store, "store");
  EXPECT_EQ(order->blocks, 3);
  EXPECT_GE(order->count, 2);
  EXPECT_LE(order->count, 8);
  EXPECT_FALSE(planner.next(empty, at(0)));  // they are under way
}

TEST(SlotPlanner, MakesLongSlotsOnlyAtASteadyRate) {
  SlotPlanner planner;
  const SlotStore empty;
  planner.asked(key("a"), "store", 257, at(0));
  EXPECT_FALSE(planner.next(empty, at(10)));
  for (int i = 0; i < 100; ++i) {
    planner.asked(key("a"), "store", 257, at(10 + i * 0.1));
  }

  const auto order = planner.next(empty, at(20));

  ASSERT_TRUE(order);
  EXPECT_EQ(order->blocks, 257);
  EXPECT_EQ(order->count, 1);  // what half a batch is enough for
}

TEST(SlotPlanner, OneLongMessageDoesNotLengthenTheSlotsOfShortOnes) {
  SlotPlanner planner;
  const SlotStore empty;
  planner.asked(key("a"), "store", 6, at(0));
  planner.asked(key("a"), "store", 250, at(0));
  const auto order = planner.next(empty, at(10));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->blocks, 6);
}

TEST(SlotPlanner, SharesTheBoundAmongManyKeys) {
  SlotPlanner planner;
  const SlotStore empty;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 40; ++i) {
      planner.asked(key("k" + std::to_string(i)), "store", 12, at(round * 0.01));
    }
  }
  std::size_t ordered = 0;
  std::size_t blocks = 0;
  while (const auto order = planner.next(empty, at(2))) {
    ordered += order->count;
    blocks += std::size_t{order->count} * order->blocks;
  }
  EXPECT_GE(ordered, 32U);
  EXPECT_LE(ordered, SlotPlanner::kReadySlotsMax);
  EXPECT_LE(blocks, SlotPlanner::kReadyBlocksMax);
}

/// Across far sites a key without a slot cannot encrypt at all.
TEST(SlotPlanner, GivesEachOfManyKeysASlot) {
  SlotPlanner planner;
  const SlotStore empty;
  for (int i = 0; i < 200; ++i) {
    planner.asked(key("k" + std::to_string(i)), "store", 6, at(0));
    planner.asked(key("k" + std::to_string(i)), "store", 14, at(0));
  }
  planner.session_took(Milliseconds(350));
  planner.ended(*planner.next(empty, at(0)));
  std::size_t ordered = 0;
  while (const auto order = planner.next(empty, at(0.4))) {
    ordered += order->count;
  }
  EXPECT_EQ(ordered, SlotPlanner::kPendingSlotsMax);
}

TEST(SlotPlanner, TakesUpANewKeyForTheOneThatWasUnusedLongest) {
  SlotPlanner planner;
  for (int i = 0; i < 256; ++i) {
    planner.asked(key("k" + std::to_string(i)), "store", 6, at(i * 0.1));
  }
  planner.asked(key("new"), "store", 6, at(30));
  EXPECT_TRUE(planner.is_hot(key("new")));
  EXPECT_FALSE(planner.is_hot(key("k0")));
  EXPECT_TRUE(planner.is_hot(key("k1")));
}

TEST(SlotPlanner, BacksOffAfterFailuresAndForgetsNothing) {
  SlotPlanner planner;
  const SlotStore empty;
  planner.asked(key("a"), "store", 3, at(0));
  planner.failed(*planner.next(empty, at(0)), at(0));
  EXPECT_FALSE(planner.next(empty, at(0.09)));
  planner.failed(planner.next(empty, at(0.11)).value(), at(0.11));
  EXPECT_FALSE(planner.next(empty, at(0.3))) << "twice as long after the second";
  const auto third = planner.next(empty, at(0.32));
  ASSERT_TRUE(third);
  planner.session_took(Milliseconds(10));
  planner.ended(*third);
  EXPECT_TRUE(planner.next(empty, at(0.33))) << "at once after one that went well";
}

TEST(SlotPlanner, BacksOffForTheKeyThatFailedOnly) {
  SlotPlanner planner;
  const SlotStore empty;
  planner.asked(key("a"), "store", 3, at(0));
  planner.failed(*planner.next(empty, at(0)), at(0));
  planner.asked(key("b"), "store", 3, at(0));
  const auto order = planner.next(empty, at(0));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->key, key("b"));
}

TEST(SlotPlanner, KeepsManyWhereSessionsTakeLong) {
  SlotPlanner planner;
  const SlotStore empty;
  planner.asked(key("a"), "store", 3, at(0));
  planner.session_took(Milliseconds(350));
  planner.ended(*planner.next(empty, at(0)));
  std::size_t ordered = 0;
  while (const auto order = planner.next(empty, at(0.4))) {
    ordered += order->count;
  }
  EXPECT_GE(ordered, 40U) << "a client with one request after another needs them in that time";
}

TEST(SlotPlanner, GivesUpOnAKeyThatIsRefusedUntilItIsUsedAgain) {
  SlotPlanner planner;
  const SlotStore empty;
  planner.asked(key("a"), "store", 3, at(0));
  planner.refused(*planner.next(empty, at(0)));
  EXPECT_FALSE(planner.next(empty, at(1)));
  planner.asked(key("a"), "store", 3, at(2));
  EXPECT_TRUE(planner.next(empty, at(2)));
}

TEST(SlotPlanner, ForgetsKeysOutOfUse) {
  SlotPlanner planner;
  planner.asked(key("a"), "store", 3, at(0));
  EXPECT_TRUE(planner.is_hot(key("a")));
  EXPECT_FALSE(planner.next(SlotStore(), at(1000)));
  EXPECT_FALSE(planner.is_hot(key("a")));
}

}  // namespace
}  // namespace tercet::proxy
