#pragma once

#include <functional>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "core/async/task.h"
#include "core/base/check.h"

namespace tercet {

namespace detail {

/// Runs the context until `work` is done; false if the context was stopped before.
bool run_to_end(asio::io_context& context, Task<void> work);

template <class T>
Task<void> keep_value(Task<T> work, std::optional<T>& into) {
  into.emplace(co_await std::move(work));
}

}  // namespace detail

/// Runs `work` on the context, in this thread, until it is done, and everything else that is ready
/// meanwhile. For main() and tests. The context must not be stopped by others.
template <class T>
T block_on(asio::io_context& context, Task<T> work) {
  std::optional<T> result;
  const bool done = detail::run_to_end(context, detail::keep_value<T>(std::move(work), result));
  TERCET_CHECK(done && result.has_value());
  return std::move(*result);
}

void block_on(asio::io_context& context, Task<void> work);

/// Runs `work` on another executor (a thread pool) and comes back to the caller's executor. For
/// computations over about 200 microseconds. Not cancelled: `work` always ends first.
/// The callable may capture; name it before the statement that awaits (R1).
Task<void> offload(asio::any_io_executor pool, std::function<void()> work);

}  // namespace tercet
