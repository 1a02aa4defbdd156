#pragma once

#include <cstddef>
#include <deque>
#include <utility>

#include "core/async/event.h"

namespace tercet {

/// A bounded first-in first-out queue between coroutines of one executor. A full queue is an
/// answer (overloaded) or a wait, never growth. After close(), what is queued can still be
/// received; then both sides get `closed`.
/// Threads: one executor. Lifetime: outlives its users.
template <class T>
class BoundedChannel {
  static_assert(!std::is_aggregate_v<T> || std::is_trivially_destructible_v<T>,
                "g++ 12 destroys aggregates twice in co_await expressions: give T a constructor");

 public:
  BoundedChannel(const asio::any_io_executor& executor, std::size_t capacity)
      : capacity_(capacity), readable_(executor), writable_(executor) {
    TERCET_CHECK(capacity > 0);
    writable_.set();
  }

  /// Never waits. Errors: overloaded, closed.
  Status try_send(T value) {
    if (closed_) {
      return Error(Errc::closed, "queue: closed");
    }
    if (queue_.size() >= capacity_) {
      return Error(Errc::overloaded, "queue: full");
    }
    queue_.push_back(std::move(value));
    refresh();
    return ok_status();
  }

  /// Waits for room. Errors: closed.
  Task<Status> send(T value) {
    while (!closed_ && queue_.size() >= capacity_) {
      TERCET_CO_TRY_STATUS(co_await writable_.wait());
    }
    co_return try_send(std::move(value));
  }

  /// Waits for the next value. Errors: closed.
  Task<Result<T>> receive() {
    while (queue_.empty()) {
      if (closed_) {
        co_return Error(Errc::closed, "queue: closed");
      }
      TERCET_CO_TRY_STATUS(co_await readable_.wait());
    }
    T value = std::move(queue_.front());
    queue_.pop_front();
    refresh();
    co_return std::move(value);
  }

  void close() {
    closed_ = true;
    refresh();
  }

  bool closed() const { return closed_; }

  std::size_t size() const { return queue_.size(); }

 private:
  void refresh() {
    set_to(readable_, closed_ || !queue_.empty());
    set_to(writable_, closed_ || queue_.size() < capacity_);
  }

  static void set_to(Event& event, bool value) {
    if (!value) {
      event.reset();
    } else if (!event.is_set()) {
      event.set();
    }
  }

  std::size_t capacity_;
  std::deque<T> queue_;
  Event readable_;
  Event writable_;
  bool closed_ = false;
};

}  // namespace tercet
