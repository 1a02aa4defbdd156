#include "core/async/turn_queue.h"

#include <string>

#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/task_group.h"

namespace tercet {
namespace {

constexpr Milliseconds kLong{10'000};

/// What is handed out in turns: a number of pieces.
class TurnQueueTest : public testing::Test {
 protected:
  ~TurnQueueTest() override { block_on(context, close_and_join()); }

  Task<void> close_and_join() {
    group.close();
    co_await group.join();
  }

  Task<void> take(std::string name, int wish, Milliseconds limit) {
    TurnQueue::Place place(queue);
    while (true) {
      const Status mine = co_await place.turn(Deadline::in(real_clock(), limit));
      if (!mine) {
        log += name + "? ";
        co_return;
      }
      const bool enough = pieces >= wish;
      pieces -= enough ? wish : 0;
      place.pass_on();
      if (enough) {
        log += name + " ";
        co_return;
      }
    }
  }

  void run() {
    context.restart();
    context.poll();
  }

  void bring(int more) {
    pieces += more;
    queue.go_round();
    run();
  }

  asio::io_context context;
  TurnQueue queue{context.get_executor(), 3};
  TaskGroup group{context.get_executor()};
  int pieces = 0;
  std::string log;
};

TEST_F(TurnQueueTest, ServesInTheOrderOfArrival) {
  group.spawn(take("a", 1, kLong));
  group.spawn(take("b", 1, kLong));
  group.spawn(take("c", 1, kLong));
  run();
  bring(2);
  EXPECT_EQ(log, "a b ");
  bring(1);
  EXPECT_EQ(log, "a b c ");
  EXPECT_TRUE(queue.empty());
}

TEST_F(TurnQueueTest, LetsALaterOneTakeOnlyWhatIsOfNoUseToThoseBefore) {
  group.spawn(take("large", 5, kLong));
  group.spawn(take("small", 1, kLong));
  run();
  bring(2);
  EXPECT_EQ(log, "small ");
  group.spawn(take("second", 1, kLong));
  run();
  bring(4);
  EXPECT_EQ(log, "small large ");
}

TEST_F(TurnQueueTest, IsInARoundUntilEverybodyHadATurn) {
  group.spawn(take("a", 5, kLong));
  run();
  EXPECT_FALSE(queue.in_round());
  queue.go_round();
  EXPECT_TRUE(queue.in_round());
  run();
  EXPECT_FALSE(queue.in_round());
}

TEST_F(TurnQueueTest, GoesRoundAgainForWhatCameMeanwhile) {
  group.spawn(take("a", 2, kLong));
  group.spawn(take("b", 9, kLong));
  run();
  pieces = 1;
  queue.go_round();
  pieces = 2;  // while the first turn is on its way to nobody but "a"
  queue.go_round();
  run();
  EXPECT_EQ(log, "a ");
  EXPECT_FALSE(queue.in_round());
}

TEST_F(TurnQueueTest, GivesTheTurnOfOneWhoGaveUpToTheNext) {
  group.spawn(take("a", 1, Milliseconds(1)));
  group.spawn(take("b", 1, kLong));
  while (log.empty()) {
    context.restart();
    context.run_one_for(Milliseconds(5));
  }
  EXPECT_EQ(log, "a? ");
  bring(1);
  EXPECT_EQ(log, "a? b ");
}

TEST_F(TurnQueueTest, IsBounded) {
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_FALSE(queue.full());
    group.spawn(take(name, 1, kLong));
    run();
  }
  EXPECT_TRUE(queue.full());
  EXPECT_LE(queue.oldest_since(), real_clock().now());
}

}  // namespace
}  // namespace tercet
