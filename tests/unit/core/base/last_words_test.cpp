#include "core/base/last_words.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "core/base/check.h"

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
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);  // nobody reads: this ends by itself
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace tercet
