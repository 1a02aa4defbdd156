#include "core/async/event.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"

namespace tercet {

Event::Event(const asio::any_io_executor& executor) : timer_(executor) {}

void Event::set() {
  set_ = true;
  timer_.cancel();
}

Task<Status> Event::wait() {
  while (!set_) {
    const bool ending = co_await cancelled();
    if (ending) {
      co_return Error(Errc::closed, "wait: the task was cancelled");
    }
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return ok_status();
}

Task<void> Event::wait_uncancelled() {
  while (!set_) {
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Task<Status> Event::wait_until(Deadline until) {
  if (set_) {
    co_return ok_status();
  }
  Task<Status> waiting = wait();
  co_return co_await with_deadline(std::move(waiting), until);
}

}  // namespace tercet
