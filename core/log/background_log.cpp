#include "core/log/background_log.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "core/time/clock.h"

namespace tercet {
namespace {

/// How often the file is looked at, and lost lines are told.
constexpr Milliseconds kLook{500};
constexpr Milliseconds kLastLines{1000};
constexpr std::string_view kOwnComponent = "log";

}  // namespace

class BackgroundLog::State {
 public:
  explicit State(std::unique_ptr<LineFile> file) : file_(std::move(file)) {}

  void add(std::string_view line) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_bytes_ + line.size() > kWaitingBytesMax) {
        ++lost_;
        return;
      }
      waiting_bytes_ += line.size();
      waiting_.emplace_back(line);
    }
    changed_.notify_all();
  }

  void reopen() {
    {
      const std::lock_guard lock(mutex_);
      reopen_wanted_ = true;
    }
    changed_.notify_all();
  }

  /// Returns when all is written, or the time is over.
  void end() {
    std::unique_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, kLastLines, [this] { return ended_; });
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!ending_ || !waiting_.empty()) {
      changed_.wait_for(
          lock, kLook, [this] { return !waiting_.empty() || reopen_wanted_ || ending_; });
      const bool reopen_now = std::exchange(reopen_wanted_, false);
      lock.unlock();
      tend(reopen_now);
      lock.lock();
      while (!waiting_.empty()) {
        const std::string line = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= line.size();
        lock.unlock();
        const bool written = file_->append(line).ok();
        lock.lock();
        lost_ += written ? 0U : 1U;
      }
      tell_lost(lock);
    }
    ended_ = true;
    changed_.notify_all();
  }

 private:
  void tend(bool reopen_now) {
    const Status reopened = reopen_now ? file_->reopen() : ok_status();
    if (!reopened) {
      say(LogLevel::error, "log_not_reopened", {field("cause", reopened.error())});
    }
    if (const FileFate found = file_->keep_in_place(); found != FileFate::in_place) {
      say(LogLevel::warn, "log_file_lost", {field("found", public_text(print_file_fate(found)))});
    }
  }

  void tell_lost(std::unique_lock<std::mutex>& lock) {
    if (lost_ == 0) {
      return;
    }
    const std::uint64_t lost = std::exchange(lost_, 0);
    lock.unlock();
    const bool told = say(LogLevel::warn, "log_lines_lost", {field("count", lost)});
    lock.lock();
    lost_ += told ? 0U : lost;
  }

  /// False if it cannot be written: there is nobody else to tell.
  bool say(LogLevel level, std::string_view event, std::initializer_list<Field> fields) {
    return file_->append(print_log_line(level, kOwnComponent, event, fields)).ok();
  }

  std::unique_ptr<LineFile> file_;  ///< of the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t lost_ = 0;
  bool reopen_wanted_ = false;
  bool ending_ = false;
  bool ended_ = false;
};

BackgroundLog::BackgroundLog(std::unique_ptr<LineFile> file)
    : state_(std::make_shared<State>(std::move(file))) {
  std::thread writer([state = state_] {
    pthread_setname_np(pthread_self(), "tercet-log");
    state->run();
  });
  writer.detach();  // a write that stalls must not keep the process: end() waits, for a while
}

BackgroundLog::~BackgroundLog() {
  state_->end();
}

void BackgroundLog::write(std::string_view line) {
  state_->add(line);
}

void BackgroundLog::reopen() {
  state_->reopen();
}

Result<std::shared_ptr<LogSink>> daemon_log_sink(const std::string& path) {
  if (path.empty()) {
    return std::shared_ptr<LogSink>(std::make_shared<BackgroundLog>(LineFile::standard_error()));
  }
  TERCET_TRY(std::unique_ptr<LineFile> file, LineFile::open(path, WhenStalled::waits));
  return std::shared_ptr<LogSink>(std::make_shared<BackgroundLog>(std::move(file)));
}

}  // namespace tercet
