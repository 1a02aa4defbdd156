#pragma once

#include <cstddef>
#include <memory>

#include "core/async/task.h"

namespace tercet {

/// Owns concurrent work: what is spawned here is cancelled and joined here.
///
///   group.spawn(serve(std::move(stream)));   // on the group's executor
///   group.close();                           // cancels all, refuses more
///   co_await group.join();                   // until the last one has unwound
///
/// Cancellation shows inside a task as Errc::closed from whatever it waits for (Event, channel,
/// stream, sleep); it does not throw, so that clean-up may still wait. A task that ignores such an
/// error and loops is a bug. An exception that leaves a task ends the process.
/// Ownership: references held by a task outlive it. Destroying a group with running work is a
/// failed check.
/// Threads: one executor.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts the task; it may run until its first wait before spawn() returns. After close() it is
  /// dropped without having run.
  void spawn(Task<void> task);
  /// Asks all running tasks to end; new ones may still be spawned.
  void cancel();
  /// cancel(), and no more spawning.
  void close();
  /// Waits until nothing runs. Does not cancel; not itself cancelled.
  Task<void> join();

  bool closed() const;
  std::size_t running() const;

  const asio::any_io_executor& executor() const { return executor_; }

 private:
  class State;
  asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
};

/// For an object whose destructor cannot wait: runs `task`, which holds the object's shared state
/// and ends by itself soon after the object is closed. Cancelled only by the end of the executor.
void spawn_owned(const asio::any_io_executor& executor, Task<void> task);

}  // namespace tercet
