#include "core/async/block_on.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/spawn.h"

namespace tercet {

namespace detail {

bool run_to_end(asio::io_context& context, Task<void> work) {
  bool done = false;
  auto on_done = [&done](const std::exception_ptr& thrown) {
    done = true;
    rethrow_unless_cancelled(thrown);
  };
  asio::co_spawn(context, run_quietly(std::move(work)), on_done);
  if (context.stopped()) {
    context.restart();
  }
  while (!done && context.run_one() > 0) {
  }
  return done;
}

namespace {

/// Starts the work on the pool and resumes the waiting coroutine on its own executor.
class StartOnPool {
 public:
  StartOnPool(asio::any_io_executor pool, std::function<void()> work)
      : pool_(std::move(pool)), work_(std::move(work)) {}

  template <class Handler>
  void operator()(Handler&& handler) {
    auto home = asio::get_associated_executor(handler);
    auto job = [work = std::move(work_),
                guard = asio::make_work_guard(home),
                resume = std::forward<Handler>(handler)]() mutable {
      work();
      work = nullptr;
      auto executor = guard.get_executor();
      asio::post(executor, std::move(resume));
    };
    asio::post(pool_, std::move(job));
  }

 private:
  asio::any_io_executor pool_;
  std::function<void()> work_;
};

}  // namespace

}  // namespace detail

void block_on(asio::io_context& context, Task<void> work) {
  const bool done = detail::run_to_end(context, std::move(work));
  TERCET_CHECK(done);
}

Task<void> offload(asio::any_io_executor pool, std::function<void()> work) {
  detail::StartOnPool start(std::move(pool), std::move(work));
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(start),
                                                                       asio::use_awaitable);
}

}  // namespace tercet
