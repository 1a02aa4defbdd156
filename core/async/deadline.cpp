#include "core/async/deadline.h"

#include <exception>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/spawn.h"
#include "core/time/executor_clock.h"
#include "core/time/timer.h"

namespace tercet {

Task<bool> cancelled() {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

Task<Status> sleep_until(Deadline until) {
  const bool ending = co_await cancelled();
  if (ending) {
    co_return Error(Errc::closed, "sleep: the task was cancelled");
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Timer timer(executor, until.when());
  auto [failed] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!timer.is_due(failed)) {
    co_return Error(Errc::closed, "sleep: the task was cancelled");
  }
  co_return ok_status();
}

Task<Status> sleep_for(Milliseconds duration) {
  const Deadline until = co_await deadline_in(duration);
  co_return co_await sleep_until(until);
}

Task<Deadline> deadline_in(Milliseconds remaining) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_return Deadline::in(clock_of(executor), remaining);
}

namespace detail {

Task<bool> run_until(Task<void> work, Deadline until) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  bool done = false;
  bool late = false;
  std::exception_ptr thrown;
  Timer timer(executor, until.when());
  asio::cancellation_signal stop;
  auto on_done = [&](const std::exception_ptr& what) {
    done = true;
    thrown = what;
    timer.cancel();
  };
  asio::co_spawn(
      executor, run_quietly(std::move(work)), asio::bind_cancellation_slot(stop.slot(), on_done));
  const bool ending = co_await cancelled();
  if (ending) {
    stop.emit(asio::cancellation_type::terminal);
  }
  while (!done) {
    auto [failed] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (done) {
      break;
    }
    // Either the time is over or the caller was cancelled; in both cases the work must unwind.
    late = late || timer.is_due(failed);
    stop.emit(asio::cancellation_type::terminal);
    timer.set(SteadyTime::max());
  }
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  co_return late;
}

}  // namespace detail

}  // namespace tercet
