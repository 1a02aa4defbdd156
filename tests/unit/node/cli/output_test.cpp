#include "node/cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "core/base/write_signals.h"
#include "node/cli/arguments.h"

namespace tercet::cli {
namespace {

/// In a process of its own, whose standard output is `descriptor` from now on.
[[noreturn]] void tell_and_end(int descriptor, const std::string& first) {
  ignore_write_signals();
  ::dup2(descriptor, STDOUT_FILENO);
  print_line(first);
  flush_output();
  ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);  // mends it: too late
  print_line("second");
  std::_Exit(after_output(kExitDone));
}

int pipe_without_reader() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ::close(ends[0]);
  return ends[1];
}

TEST(OutputDeathTest, SaysWhyItFailedThoughALaterFlushSucceeds) {
  EXPECT_EXIT(tell_and_end(::open("/dev/full", O_WRONLY | O_CLOEXEC), "first"),
              ::testing::ExitedWithCode(kExitFailed),
              "could not be written: No space left on device\n$");
}

TEST(OutputDeathTest, SaysWhyItFailedBetweenTwoFlushes) {
  EXPECT_EXIT(tell_and_end(::open("/dev/full", O_WRONLY | O_CLOEXEC), std::string(100'000, 'x')),
              ::testing::ExitedWithCode(kExitFailed),
              "could not be written: No space left on device\n$");
}

TEST(OutputDeathTest, SaysNothingOfAReaderThatWentAwayBeforeTheLastFlush) {
  EXPECT_EXIT(tell_and_end(pipe_without_reader(), "first"),
              ::testing::ExitedWithCode(kExitFailed),
              ::testing::Eq(""));
}

}  // namespace
}  // namespace tercet::cli
