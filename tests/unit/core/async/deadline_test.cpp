#include "core/async/deadline.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/event.h"
#include "core/async/task_group.h"

namespace tercet {
namespace {

class MoveOnly {
 public:
  explicit MoveOnly(int v) : value(std::make_unique<int>(v)) {}

  std::unique_ptr<int> value;
};

Task<Result<MoveOnly>> answer_after(Milliseconds pause, int value) {
  TERCET_CO_TRY_STATUS(co_await sleep_for(pause));
  co_return MoveOnly(value);
}

TEST(WithDeadline, GivesTheResultInTime) {
  asio::io_context context;
  Result<MoveOnly> result =
      block_on(context,
               with_deadline(answer_after(Milliseconds(1), 7),
                             Deadline::in(real_clock(), Milliseconds(10000))));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result->value, 7);
}

TEST(WithDeadline, CutsOffAndUnwinds) {
  asio::io_context context;
  const SteadyTime begin = real_clock().now();
  Result<MoveOnly> result = block_on(context,
                                     with_deadline(answer_after(Milliseconds(60000), 7),
                                                   Deadline::in(real_clock(), Milliseconds(5))));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Errc::timeout);
  EXPECT_LT(real_clock().now() - begin, std::chrono::seconds(30));
}

TEST(WithDeadline, PassesOnErrorsThatAreNotItsOwn) {
  asio::io_context context;
  auto failing = []() -> Task<Result<int>> { co_return Error(Errc::not_found, "nothing here"); };
  const Result<int> result =
      block_on(context, with_deadline(failing(), Deadline::in(real_clock(), Milliseconds(10000))));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Errc::not_found);
}

TEST(WithDeadline, WorksInsideWithDeadline) {
  asio::io_context context;
  Task<Result<MoveOnly>> inner = with_deadline(answer_after(Milliseconds(60000), 1),
                                               Deadline::in(real_clock(), Milliseconds(50000)));
  Result<MoveOnly> result = block_on(
      context, with_deadline(std::move(inner), Deadline::in(real_clock(), Milliseconds(5))));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Errc::timeout);
}

Task<void> record(Task<Result<MoveOnly>> work, std::optional<Errc>& code) {
  Result<MoveOnly> result = co_await std::move(work);
  code = result ? Errc::internal : result.error().code();
}

TEST(WithDeadline, CancellationOfTheCallerReachesTheWork) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  std::optional<Errc> code;
  group.spawn(record(with_deadline(answer_after(Milliseconds(60000), 1),
                                   Deadline::in(real_clock(), Milliseconds(50000))),
                     code));
  context.poll();
  group.close();
  block_on(context, group.join());
  EXPECT_EQ(code, Errc::closed);
}

TEST(Event, WakesEveryWaiterAndTimesOut) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  Event event(context.get_executor());
  int woken = 0;
  auto waiter = [](Event& on, int& count) -> Task<void> {
    const Status status = co_await on.wait();
    count += status ? 1 : 0;
  };
  group.spawn(waiter(event, woken));
  group.spawn(waiter(event, woken));
  const Status early =
      block_on(context, event.wait_until(Deadline::in(real_clock(), Milliseconds(2))));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code(), Errc::timeout);
  event.set();
  block_on(context, group.join());
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(
      block_on(context, event.wait_until(Deadline::in(real_clock(), Milliseconds(0)))).ok());
}

}  // namespace
}  // namespace tercet
