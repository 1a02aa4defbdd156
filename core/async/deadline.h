#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet {

/// Suspends until then. Errors: closed (the task was cancelled).
Task<Status> sleep_until(Deadline until);
Task<Status> sleep_for(Milliseconds duration);

/// So far from now, by the clock of the executor that the task runs on.
Task<Deadline> deadline_in(Milliseconds remaining);

/// True once the running task was asked to end; loops that wait for nothing look here.
Task<bool> cancelled();

namespace detail {

/// Runs `work` as a child until it is done; cancels it at `until` or when the caller is cancelled,
/// and waits until it has unwound. Says whether the deadline cut it off.
Task<bool> run_until(Task<void> work, Deadline until);

template <class T>
Task<void> keep_result(Task<Result<T>> work, std::optional<Result<T>>& into) {
  into.emplace(co_await std::move(work));
}

}  // namespace detail

/// Runs `work` for at most that long. At the deadline it is cancelled, unwinds (which wipes the
/// secrets in its frames) and the answer is `timeout`, unless it succeeded at the last moment.
template <class T>
Task<Result<T>> with_deadline(Task<Result<T>> work, Deadline until) {
  std::optional<Result<T>> result;
  Task<void> child = detail::keep_result<T>(std::move(work), result);
  const bool late = co_await detail::run_until(std::move(child), until);
  if (late && !result->ok()) {
    co_return Error(Errc::timeout, "deadline passed").caused_by(result->error());
  }
  co_return std::move(*result);
}

}  // namespace tercet
