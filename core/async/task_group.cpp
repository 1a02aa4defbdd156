#include "core/async/task_group.h"

#include <list>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "core/async/event.h"
#include "core/async/spawn.h"
#include "core/base/check.h"

namespace tercet {

namespace detail {

Task<void> run_quietly(Task<void> work) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await std::move(work);
}

void rethrow_unless_cancelled(const std::exception_ptr& thrown) {
  if (!thrown) {
    return;
  }
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) {
      throw;
    }
  }
}

}  // namespace detail

/// Outlives the group if the executor ends first: completion handlers share it.
class TaskGroup::State {
 public:
  explicit State(const asio::any_io_executor& executor) : idle(executor) { idle.set(); }

  std::list<asio::cancellation_signal> signals;
  Event idle;
  bool closed = false;
};

TaskGroup::TaskGroup(asio::any_io_executor executor)
    : executor_(std::move(executor)), state_(std::make_shared<State>(executor_)) {}

TaskGroup::~TaskGroup() {
  TERCET_CHECK(state_->signals.empty());
}

void TaskGroup::spawn(Task<void> task) {
  if (state_->closed) {
    return;
  }
  state_->signals.emplace_back();
  const auto entry = std::prev(state_->signals.end());
  state_->idle.reset();
  auto on_done = [state = state_, entry, executor = executor_](const std::exception_ptr& thrown) {
    // co_spawn posts what emit() asks of it: a cancellation may still be queued behind this end and
    // use the signal. It is freed behind that.
    auto ended = std::make_shared<std::list<asio::cancellation_signal>>();
    ended->splice(ended->end(), state->signals, entry);
    asio::post(executor, [ended] {});
    if (state->signals.empty()) {
      state->idle.set();
    }
    detail::rethrow_unless_cancelled(thrown);
  };
  asio::co_spawn(executor_,
                 detail::run_quietly(std::move(task)),
                 asio::bind_cancellation_slot(entry->slot(), std::move(on_done)));
}

void TaskGroup::cancel() {
  // A cancelled task may end, spawn or cancel within emit(); so step over a snapshot of entries
  // that are still there. Ends are posted, never inline (co_spawn), so entries stay valid here.
  for (auto entry = state_->signals.begin(); entry != state_->signals.end(); ++entry) {
    entry->emit(asio::cancellation_type::terminal);
  }
}

void TaskGroup::close() {
  state_->closed = true;
  cancel();
}

Task<void> TaskGroup::join() {
  const std::shared_ptr<State> state = state_;
  co_await state->idle.wait_uncancelled();
}

bool TaskGroup::closed() const {
  return state_->closed;
}

std::size_t TaskGroup::running() const {
  return state_->signals.size();
}

void spawn_owned(const asio::any_io_executor& executor, Task<void> task) {
  asio::co_spawn(executor, detail::run_quietly(std::move(task)), detail::rethrow_unless_cancelled);
}

}  // namespace tercet
