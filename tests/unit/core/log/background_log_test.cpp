#include "core/log/background_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/write_signals.h"
#include "core/time/clock.h"
#include "tests/support/full_disk.h"
#include "tests/support/temporary_directory.h"

namespace tercet {
namespace {

constexpr std::chrono::seconds kLogWriterLimit{60};

class BackgroundLogTest : public ::testing::Test {
 protected:
  static std::string text_at(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// Of the thread's work; false if it has not come about in time.
  static bool comes_about(const std::function<bool()>& condition) {
    const Deadline limit = Deadline::in(real_clock(), kLogWriterLimit);
    while (!condition()) {
      if (limit.passed()) {
        return false;
      }
      std::this_thread::yield();
    }
    return true;
  }

  bool file_holds(std::string_view part) const {
    return comes_about([&] { return text_at(path_).find(part) != std::string::npos; });
  }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/log";
};

TEST_F(BackgroundLogTest, WritesEveryLineInOrderBeforeItEnds) {
  std::string expected;
  {
    const std::shared_ptr<LogSink> log = daemon_log_sink(path_).value();
    for (int i = 0; i < 1000; ++i) {
      log->write("line " + std::to_string(i));
      expected += "line " + std::to_string(i) + '\n';
    }
  }
  EXPECT_EQ(text_at(path_), expected);
}

/// A pipe whose reader does not read, as a stalled journal.
TEST_F(BackgroundLogTest, AReaderThatStallsStopsNobodyAndIsToldWhatItMissed) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  std::shared_ptr<LogSink> log = daemon_log_sink(path_).value();
  constexpr std::size_t kLines = 5000;
  const std::string line(1000, 'x');  // five times what may wait
  std::future<void> wrote = std::async(std::launch::async, [&] {
    for (std::size_t i = 0; i < kLines; ++i) {
      log->write(line);
    }
  });
  const bool in_time = wrote.wait_for(kLogWriterLimit) == std::future_status::ready;
  EXPECT_TRUE(in_time);

  // It reads again: first what waited, then how much is missing.
  std::string seen;
  std::size_t whole = 0;
  std::uint64_t lost = 0;
  std::array<char, 65536> buffer{};
  const Deadline limit = Deadline::in(real_clock(), kLogWriterLimit);
  while (whole + lost < kLines && !limit.passed()) {
    const ssize_t got = read(reader, buffer.data(), buffer.size());
    if (got > 0) {
      seen.append(buffer.data(), static_cast<std::size_t>(got));
    }
    for (std::size_t end = seen.find('\n'); end != std::string::npos; end = seen.find('\n')) {
      if (seen.compare(0, end, line) == 0) {
        ++whole;
      } else {
        const auto told = nlohmann::json::parse(seen.substr(0, end));
        EXPECT_EQ(told.at("event"), "log_lines_lost");
        lost += told.at("count").get<std::uint64_t>();
      }
      seen.erase(0, end + 1);
    }
  }
  EXPECT_EQ(whole + lost, kLines);
  EXPECT_GT(lost, 0U);
  wrote.get();
  log.reset();
  close(reader);
}

TEST_F(BackgroundLogTest, EndsThoughItsReaderStalls) {
  ignore_write_signals();
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
  std::future<void> ended = std::async(std::launch::async, [&] {
    const std::shared_ptr<LogSink> log = daemon_log_sink(path_).value();
    for (int i = 0; i < 200; ++i) {
      log->write(std::string(1000, 'x'));
    }
  });
  const bool in_time = ended.wait_for(kLogWriterLimit) == std::future_status::ready;
  EXPECT_TRUE(in_time);

  // The thread outlasts its log in a write; what is read lets it end, and close the pipe.
  std::array<char, 65536> buffer{};
  EXPECT_TRUE(comes_about([&] { return read(reader, buffer.data(), buffer.size()) == 0; }));
  close(reader);
}

TEST_F(BackgroundLogTest, SaysHowManyLinesFoundNoRoomOnTheDisk) {
  const std::shared_ptr<LogSink> log = daemon_log_sink(path_).value();
  {
    const test::FullDisk full(10);
    log->write("one");
    log->write("a line that finds no room");
    log->write("two");
    EXPECT_TRUE(comes_about([&] { return text_at(path_) == "one\ntwo\n"; })) << text_at(path_);
  }
  EXPECT_TRUE(file_holds("\"event\":\"log_lines_lost\",\"count\":1}")) << text_at(path_);
}

TEST_F(BackgroundLogTest, ReopensItsFileForRotation) {
  {
    const std::shared_ptr<LogSink> log = daemon_log_sink(path_).value();
    log->write("one");
    ASSERT_TRUE(comes_about([&] { return text_at(path_) == "one\n"; }));
    std::filesystem::rename(path_, path_ + ".1");
    log->reopen();
    ASSERT_TRUE(comes_about([&] { return std::filesystem::exists(path_); }));
    log->write("two");
  }
  EXPECT_EQ(text_at(path_ + ".1"), "one\n");
  EXPECT_EQ(text_at(path_).substr(text_at(path_).size() - 4), "two\n");
}

TEST_F(BackgroundLogTest, SaysInTheNewFileThatTheOldOneWasLost) {
  const std::shared_ptr<LogSink> log = daemon_log_sink(path_).value();
  std::filesystem::remove(path_);
  EXPECT_TRUE(file_holds("\"event\":\"log_file_lost\",\"found\":\"deleted or moved away\""))
      << text_at(path_);
}

/// A pipe is never looked for at its path: nobody opens it anew before reopen() does.
TEST_F(BackgroundLogTest, SaysInTheOldFileThatItWasNotReopened) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  std::shared_ptr<LogSink> log = daemon_log_sink(path_).value();
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  log->reopen();
  std::string seen;
  std::array<char, 4096> buffer{};
  EXPECT_TRUE(comes_about([&] {
    const ssize_t got = read(reader, buffer.data(), buffer.size());
    seen.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return seen.ends_with('\n');
  }));
  EXPECT_NE(seen.find("\"event\":\"log_not_reopened\""), std::string::npos) << seen;
  EXPECT_NE(seen.find("Is a directory"), std::string::npos) << seen;
  log.reset();
  close(reader);
}

}  // namespace
}  // namespace tercet
