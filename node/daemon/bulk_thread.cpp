#include "node/daemon/bulk_thread.h"

#include <pthread.h>
#include <sched.h>

#include <boost/asio/post.hpp>

namespace tercet::node {
namespace {

void schedule_this_thread(bool stock_low) {
  // While the stock is low it takes its share like others, or requests would fill the machine and
  // then have no vectors. Both policies may be chosen without privileges; where that fails the
  // thread stays as it was.
  sched_param param{};
  static_cast<void>(
      pthread_setschedparam(pthread_self(), stock_low ? SCHED_BATCH : SCHED_IDLE, &param));
}

}  // namespace

BulkThread::BulkThread() : work_(asio::make_work_guard(context_)) {}

BulkThread::~BulkThread() {
  stop();
}

void BulkThread::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "tercet-bulk");
    schedule_this_thread(true);
    context_.run();
  });
}

void BulkThread::stop() {
  work_.reset();
  context_.stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void BulkThread::hurry(bool stock_low) {
  asio::post(context_, [stock_low] { schedule_this_thread(stock_low); });
}

}  // namespace tercet::node
