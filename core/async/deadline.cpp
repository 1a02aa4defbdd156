#include "core/async/deadline.h"

#include <exception>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/spawn.h"

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
  asio::steady_timer timer(executor, until.when());
  auto [failed] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (failed) {
    co_return Error(Errc::closed, "sleep: the task was cancelled");
  }
  co_return ok_status();
}

Task<Status> sleep_for(Milliseconds duration) {
  const Deadline until = Deadline::in(duration);
  co_return co_await sleep_until(until);
}

namespace detail {

Task<bool> run_until(Task<void> work, Deadline until) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  bool done = false;
  bool late = false;
  std::exception_ptr thrown;
  asio::steady_timer timer(executor, until.when());
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
    late = late || !failed;
    stop.emit(asio::cancellation_type::terminal);
    timer.expires_at(SteadyTime::max());
  }
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  co_return late;
}

}  // namespace detail

}  // namespace tercet
