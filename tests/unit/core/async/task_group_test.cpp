#include "core/async/task_group.h"

#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/deadline.h"
#include "core/async/event.h"

namespace tercet {
namespace {

Task<void> count_to(int& count, int to) {
  while (count < to) {
    ++count;
    const Status slept = co_await sleep_for(Milliseconds(1));
    if (!slept) {
      co_return;
    }
  }
}

Task<void> wait_for(Event& event, std::vector<Errc>& ends) {
  const Status status = co_await event.wait();
  ends.push_back(status ? Errc::internal : status.error().code());
  // Clean-up after a cancellation may wait and call other tasks.
  Task<Status> again = event.wait();
  const Status second = co_await std::move(again);
  ends.push_back(second ? Errc::internal : second.error().code());
}

TEST(TaskGroup, JoinWaitsForAllWork) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  int first = 0;
  int second = 0;
  group.spawn(count_to(first, 3));
  group.spawn(count_to(second, 5));
  block_on(context, group.join());
  EXPECT_EQ(first, 3);
  EXPECT_EQ(second, 5);
  EXPECT_EQ(group.running(), 0U);
}

TEST(TaskGroup, CloseCancelsWaitsAsErrorsAndWorkMayCleanUp) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  Event never(context.get_executor());
  std::vector<Errc> ends;
  group.spawn(wait_for(never, ends));
  context.poll();
  EXPECT_EQ(group.running(), 1U);

  group.close();
  block_on(context, group.join());

  EXPECT_EQ(ends, (std::vector<Errc>{Errc::closed, Errc::closed}));
}

TEST(TaskGroup, WorkCancelledBeforeItStartedEndsAtItsFirstWait) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  int count = 0;
  group.spawn(count_to(count, 1000000));
  group.close();
  block_on(context, group.join());
  EXPECT_EQ(count, 1);
}

TEST(TaskGroup, RefusesWorkAfterClose) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  group.close();
  int count = 0;
  group.spawn(count_to(count, 1));
  context.poll();
  EXPECT_EQ(count, 0);
  EXPECT_TRUE(group.closed());
}

TEST(TaskGroup, CancelKeepsItOpen) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  int count = 0;
  group.cancel();
  group.spawn(count_to(count, 2));
  block_on(context, group.join());
  EXPECT_EQ(count, 2);
}

Task<void> fail() {
  throw std::runtime_error("a bug");
  co_return;
}

TEST(TaskGroup, ExceptionsReachTheCallerOfRun) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  group.spawn(fail());
  EXPECT_THROW(context.run(), std::runtime_error);
}

TEST(TaskGroupDeathTest, DestructionWithRunningWorkIsABug) {
  EXPECT_DEATH(
      {
        asio::io_context context;
        Event never(context.get_executor());
        std::vector<Errc> ends;
        TaskGroup group(context.get_executor());
        group.spawn(wait_for(never, ends));
        context.poll();
      },
      "signals.empty");
}

TEST(Offload, ComesBackToTheCallersThread) {
  asio::io_context context;
  asio::thread_pool pool(1);
  const auto here = std::this_thread::get_id();
  std::thread::id worker;
  std::thread::id after;
  auto body = [](asio::any_io_executor on, std::thread::id& w, std::thread::id& a) -> Task<void> {
    std::function<void()> work = [&w] { w = std::this_thread::get_id(); };
    co_await offload(on, std::move(work));
    a = std::this_thread::get_id();
  };
  block_on(context, body(pool.get_executor(), worker, after));
  EXPECT_TRUE(worker != here);
  EXPECT_TRUE(after == here);
  pool.join();
}

}  // namespace
}  // namespace tercet
