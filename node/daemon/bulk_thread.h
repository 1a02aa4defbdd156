#pragma once

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "core/async/task.h"

namespace tercet::node {

/// The thread that makes one-hot vectors, and its executor (protocol.md 4). Requests go first: it
/// gets what they leave, except while stock is low.
/// Threads: that of the owner, except where it says otherwise.
class BulkThread {
 public:
  BulkThread();
  /// stop().
  ~BulkThread();
  BulkThread(const BulkThread&) = delete;
  BulkThread& operator=(const BulkThread&) = delete;

  /// Any thread.
  asio::any_io_executor executor() { return context_.get_executor(); }

  void start();
  /// Waits until the handler in work has returned; drops what is queued behind it.
  void stop();
  /// From now on: takes its share like other threads, or only what they leave.
  void hurry(bool stock_low);

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace tercet::node
