#include "node/cli/background_process.h"

#include <unistd.h>

#include <csignal>
#include <fstream>

#include <gtest/gtest.h>

#include "core/base/write_signals.h"
#include "tests/support/temporary_directory.h"

namespace tercet::cli {
namespace {

using test::TemporaryDirectory;

void wait_for_output(const std::string& log) {
  const Deadline limit = Deadline::in(real_clock(), Milliseconds(10'000));
  while (tail_of(log, 1).empty() && !limit.passed()) {
    ::usleep(1000);
  }
}

TEST(BackgroundProcess, RunsLogsAndStops) {
  const TemporaryDirectory dir;
  const auto started =
      start_background("sleeper", {"/bin/sh", "-c", "echo hello; exec sleep 100"}, dir.file("log"));
  ASSERT_TRUE(started.ok()) << started.error().to_string();
  EXPECT_TRUE(started->alive());
  wait_for_output(dir.file("log"));
  EXPECT_TRUE(stop_all({*started}, Deadline::in(real_clock(), Milliseconds(5000))).empty());
  EXPECT_FALSE(started->alive());
  EXPECT_EQ(tail_of(dir.file("log"), 3), "  hello\n");
}

TEST(BackgroundProcess, DecidesByItselfWhatBecomesOfWritesThatFail) {
  ignore_write_signals();
  const TemporaryDirectory dir;
  const auto started = start_background(
      "observer", {"/bin/grep", "-w", "SigIgn:", "/proc/self/status"}, dir.file("log"));
  restore_write_signals();
  ASSERT_TRUE(started.ok()) << started.error().to_string();
  wait_for_output(dir.file("log"));
  const std::string seen = tail_of(dir.file("log"), 1);  // "  SigIgn:\t0000000001001000\n"
  const std::size_t colon = seen.find(':');
  ASSERT_NE(colon, std::string::npos) << seen;
  const std::uint64_t ignored = std::stoull(seen.substr(colon + 1), nullptr, 16);
  EXPECT_EQ(ignored >> (SIGPIPE - 1) & 1U, 0U) << seen;
  EXPECT_EQ(ignored >> (SIGXFSZ - 1) & 1U, 0U) << seen;
}

TEST(BackgroundProcess, IsKilledWhenItDoesNotStop) {
  const TemporaryDirectory dir;
  const auto started =
      start_background("stubborn",
                       {"/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"},
                       dir.file("log"));
  ASSERT_TRUE(started.ok());
  wait_for_output(dir.file("log"));
  EXPECT_EQ(stop_all({*started}, Deadline::in(real_clock(), Milliseconds(100))),
            std::vector<std::string>{"stubborn"});
  EXPECT_FALSE(started->alive());
}

TEST(BackgroundProcess, SaysWhatCouldNotBeStarted) {
  const TemporaryDirectory dir;
  const auto started = start_background("ghost", {"/absent/program"}, dir.file("log"));
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().what().find("No such file"), std::string::npos);
}

TEST(BackgroundProcess, IsNotTakenForAnotherOneOfItsPid) {
  BackgroundProcess self("self", ::getpid(), 1);
  EXPECT_FALSE(self.alive());
  EXPECT_TRUE(stop_all({self}, Deadline::in(real_clock(), Milliseconds(10)))
                  .empty());  // and we are still here
}

TEST(FindPort, GivesFreePortsAndKeepsThePreferredOne) {
  const auto first = find_port(0, {});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(find_port(*first, {}).value(), *first);
  EXPECT_NE(find_port(*first, {*first}).value(), *first);
}

}  // namespace
}  // namespace tercet::cli
