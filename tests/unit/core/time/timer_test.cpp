#include "core/time/timer.h"

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/deadline.h"
#include "core/async/event.h"
#include "core/async/task_group.h"
#include "core/time/executor_clock.h"
#include "tests/support/virtual_time.h"

namespace tercet {
namespace {

using std::chrono::hours;

TEST(ExecutorClock, IsTheMachinesUnlessAnotherIsSet) {
  asio::io_context plain;
  asio::io_context simulated;
  test::VirtualTime time;
  const test::ProcessClock clock(time, [] {});
  set_clock(simulated, clock);
  EXPECT_EQ(&clock_of(plain.get_executor()), &real_clock());
  EXPECT_EQ(&clock_of(simulated.get_executor()), &clock);
}

class VirtualTime : public testing::Test {
 protected:
  VirtualTime() { set_clock(context, clock); }

  ~VirtualTime() override {
    group.close();
    run_for(Milliseconds(0));
  }

  void run_for(std::chrono::nanoseconds duration) {
    test::run_until(context, time, time.now() + duration);
  }

  Task<void> note_after(Milliseconds pause, std::string what) {
    const Status slept = co_await sleep_for(pause);
    notes.push_back(slept ? what : "cancelled " + what);
  }

  Task<void> note_when_set(Event& event, Milliseconds limit, std::string what) {
    const Deadline until = Deadline::in(clock, limit);
    const Status waited = co_await event.wait_until(until);
    notes.push_back(waited ? what : "late " + what);
  }

  test::VirtualTime time;
  test::ProcessClock clock{time, [] {}};
  asio::io_context context{1};
  TaskGroup group{context.get_executor()};
  std::vector<std::string> notes;
};

TEST_F(VirtualTime, SleepersWakeInTheOrderOfTheirTimesAndThenOfTheirSettingUp) {
  group.spawn(note_after(hours(2), "c"));
  group.spawn(note_after(hours(1), "a"));
  group.spawn(note_after(hours(1), "b"));
  const SteadyTime begin = clock.now();
  run_for(hours(1));
  EXPECT_EQ(notes, (std::vector<std::string>{"a", "b"}));
  run_for(hours(5));
  EXPECT_EQ(notes, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(clock.now() - begin, hours(6));
}

TEST_F(VirtualTime, ACancelledSleeperDoesNotWaitForItsTime) {
  group.spawn(note_after(hours(1), "a"));
  run_for(Milliseconds(1));
  group.close();
  run_for(Milliseconds(0));
  EXPECT_EQ(notes, (std::vector<std::string>{"cancelled a"}));
  EXPECT_EQ(clock.pending(), 0U);
}

TEST_F(VirtualTime, AnEventIsWaitedForUntilTheDeadline) {
  Event in_time(context.get_executor());
  Event never(context.get_executor());
  group.spawn(note_when_set(in_time, hours(1), "in time"));
  group.spawn(note_when_set(never, hours(1), "never"));
  run_for(std::chrono::minutes(30));
  in_time.set();
  run_for(hours(1));
  EXPECT_EQ(notes, (std::vector<std::string>{"in time", "late never"}));
}

TEST_F(VirtualTime, ATimerThatRangBeforeAnybodyWaitedIsDue) {
  Timer timer(context.get_executor(), clock.now() + hours(1));
  run_for(hours(2));
  bool due = false;
  timer.async_wait([&](boost::system::error_code failed) { due = timer.is_due(failed); });
  run_for(Milliseconds(0));
  EXPECT_TRUE(due);
}

TEST_F(VirtualTime, ATimerSetAnewWakesWhoWaitsAndForgetsTheOldTime) {
  Timer timer(context.get_executor(), clock.now() + hours(1));
  bool woken = false;
  bool due = false;
  timer.async_wait([&](boost::system::error_code failed) {
    woken = true;
    due = timer.is_due(failed);
  });
  run_for(Milliseconds(0));
  timer.set(clock.now() + hours(3));
  run_for(hours(2));
  EXPECT_TRUE(woken);
  EXPECT_FALSE(due);
  EXPECT_EQ(clock.pending(), 1U);
}

TEST(Deadline, WithoutAnEndNeverPasses) {
  EXPECT_FALSE(Deadline::never().passed());
  EXPECT_EQ(Deadline::never().remaining(), Milliseconds::max());
  const Deadline hour = Deadline::in(real_clock(), hours(1));
  EXPECT_EQ(Deadline::never().earlier_of(hour).when(), hour.when());
}

}  // namespace
}  // namespace tercet
