#pragma once

#include <exception>

#include "core/async/task.h"

namespace tercet::detail {

/// The first frame of everything that is spawned: cancellation shows as error values, not by
/// throwing from co_await.
Task<void> run_quietly(Task<void> work);

/// What a finished task threw: nothing, or "cancelled before it started", else our own bug, which
/// goes on to the caller of io_context::run.
void rethrow_unless_cancelled(const std::exception_ptr& thrown);

}  // namespace tercet::detail
