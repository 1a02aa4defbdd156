#include "node/keymaking/making_queue.h"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/bytes.h"

namespace tercet::node {
namespace {

using Ended = MakingQueue::Ended;

CommandId command_numbered(std::uint32_t number) {
  std::array<std::uint8_t, CommandId::kBytes> bytes{};
  store_u32(MutableByteView(bytes).first(4), ~number);  // in another order than the log's
  return CommandId(bytes);
}

class MakingQueueTest : public ::testing::Test {
 protected:
  void log(std::uint32_t number, const std::string& key) {
    open_.add(OpenMaking(command_numbered(number), KeyId::parse(key).value(), 1'000'000));
    queue_.follow(open_, now_);
  }

  void log_many(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      log(i, "key-" + std::to_string(i));
    }
  }

  /// The number of the command that is tried next.
  std::optional<std::uint32_t> take() {
    const std::optional<OpenMaking> taken = queue_.take(now_);
    if (!taken) {
      return std::nullopt;
    }
    return ~load_u32(taken->id.view().first(4));
  }

  void give_back(std::uint32_t number, Ended how = Ended::failed) {
    queue_.give_back(command_numbered(number), how, now_);
  }

  OpenMakings open_;
  MakingQueue queue_{MakingQueue::Pauses()};
  SteadyTime now_{std::chrono::hours(1)};
};

TEST_F(MakingQueueTest, TheOldestComesFirst) {
  log_many(3);
  EXPECT_EQ(take(), 0U);
  EXPECT_EQ(take(), 1U);
  EXPECT_EQ(take(), 2U);
  EXPECT_EQ(take(), std::nullopt);
  EXPECT_EQ(queue_.running(), 3U);
}

TEST_F(MakingQueueTest, OneThatFailsWaitsTwiceAsLongEachTime) {
  log(7, "orders");
  std::vector<Milliseconds> pauses;
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(take(), 7U);
    give_back(7);
    EXPECT_EQ(take(), std::nullopt);
    const SteadyTime due = queue_.next_due().value();
    pauses.push_back(std::chrono::duration_cast<Milliseconds>(due - now_));
    now_ = due;
  }
  EXPECT_EQ(pauses[0], Milliseconds(250));
  EXPECT_EQ(pauses[1], Milliseconds(500));
  EXPECT_EQ(pauses[6], Milliseconds(16'000));
  EXPECT_EQ(pauses[7], Milliseconds(30'000));
  EXPECT_EQ(pauses[9], Milliseconds(30'000));
}

TEST_F(MakingQueueTest, OneThatCannotBeginIsLookedAtMoreOften) {
  log(7, "orders");
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(take(), 7U);
    give_back(7, Ended::unready);
    EXPECT_LE(queue_.next_due().value() - now_, Milliseconds(2000));
    now_ = queue_.next_due().value();
  }
}

/// However many there are, and however early the oldest are due again: the one that is due longest
/// comes first.
TEST_F(MakingQueueTest, NoneStarvesAmongManyThatFail) {
  log_many(1000);
  std::set<std::uint32_t> tried;
  for (int round = 0; round < 1000 / 8; ++round) {
    for (int i = 0; i < 8; ++i) {
      const std::optional<std::uint32_t> number = take();
      ASSERT_TRUE(number.has_value());
      tried.insert(*number);
      give_back(*number);
    }
    now_ += Milliseconds(20'000);  // an attempt that ends by its limit
  }
  EXPECT_EQ(tried.size(), 1000U);
}

TEST_F(MakingQueueTest, OnOneKeyRunsOneAtATime) {
  log(1, "orders");
  log(2, "orders");
  log(3, "letters");
  EXPECT_EQ(take(), 1U);
  EXPECT_EQ(take(), 3U);
  EXPECT_EQ(take(), std::nullopt);
  EXPECT_EQ(queue_.next_due(), std::nullopt);
  give_back(1);
  EXPECT_EQ(take(), 2U);
}

TEST_F(MakingQueueTest, WhatIsNotOpenAnyMoreGoesAndFreesItsKey) {
  log(1, "orders");
  log(2, "orders");
  ASSERT_EQ(take(), 1U);
  open_.remove(command_numbered(1));
  queue_.follow(open_, now_);
  EXPECT_EQ(take(), std::nullopt) << "its session runs still";
  give_back(1);
  EXPECT_EQ(take(), 2U);
  open_.remove(command_numbered(2));
  queue_.follow(open_, now_);
  give_back(2);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.next_due(), std::nullopt);
}

TEST_F(MakingQueueTest, WhenTheNodesMeetAgainAllAreDue) {
  log_many(2);
  for (int i = 0; i < 8; ++i) {
    now_ += Milliseconds(30'000);
    ASSERT_EQ(take(), 0U);
    ASSERT_EQ(take(), 1U);
    give_back(0);
    if (i < 7) {
      give_back(1);
    }
  }
  queue_.all_due(now_);
  EXPECT_EQ(take(), 0U);
  EXPECT_EQ(take(), std::nullopt) << "the other one runs";
  give_back(0);
  EXPECT_EQ(queue_.next_due().value() - now_, Milliseconds(250));
}

}  // namespace
}  // namespace tercet::node
