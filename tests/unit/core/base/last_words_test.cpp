#include "core/base/last_words.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include <gtest/gtest.h>

#include "core/base/check.h"
#include "core/time/clock.h"
#include "core/time/pause.h"

namespace tercet {
namespace {

/// Runs `end` in a child whose standard error is the pipe.
template <class End>
pid_t child_that(int pipe_end, End end) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe_end, STDERR_FILENO);
    end();
    ::_exit(0);
  }
  return child;
}

/// Its wait status; after a minute it is killed.
int end_of(pid_t child) {
  const Deadline until = Deadline::in(real_clock(), Milliseconds(60'000));
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (until.passed()) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      break;
    }
    pause_thread(Milliseconds(1));
  }
  return status;
}

void fill(int pipe_end) {
  const std::array<char, 4096> some{};
  ::fcntl(pipe_end, F_SETFL, O_NONBLOCK);
  while (::write(pipe_end, some.data(), some.size()) > 0) {
  }
  ::fcntl(pipe_end, F_SETFL, 0);  // shared with the child
}

TEST(LastWords, AreSaid) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = child_that(ends[1], [] { say_last_words("gone"); });
  ::close(ends[1]);
  std::array<char, 16> text{};
  EXPECT_EQ(::read(ends[0], text.data(), text.size()), 4);
  EXPECT_EQ(std::string_view(text.data()), "gone");
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ends[0]);
}

TEST(LastWords, KeepNoProcessFromEndingWhoseReaderStalls) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  fill(ends[1]);
  const pid_t child = child_that(ends[1], [] { check_failed("a.cpp", 1, "never"); });
  const int status = end_of(child);  // nobody reads
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace tercet
