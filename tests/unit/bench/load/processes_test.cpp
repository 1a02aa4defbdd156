#include "bench/load/processes.h"

#include <unistd.h>

#include <gtest/gtest.h>

namespace tercet::bench {
namespace {

TEST(ProcessorTime, IsReadFromSchedstat) {
  EXPECT_EQ(parse_schedstat("1234567 89 10\n"), Nanoseconds(1'234'567));
  EXPECT_FALSE(parse_schedstat("").has_value());
  EXPECT_FALSE(parse_schedstat("x 1 2").has_value());
}

TEST(ProcessorTime, OfThisProcessGrowsWithWork) {
  const std::optional<ProcessorTime> before = processor_time(::getpid());
  ASSERT_TRUE(before.has_value());
  std::optional<ProcessorTime> after = before;
  while (after->since(*before).total() == Nanoseconds(0)) {
    after = processor_time(::getpid());  // this is the work
  }
  EXPECT_GT(after->total(), before->total());
}

TEST(ProcessorTime, DifferencesAreByThreadAndNeverNegative) {
  ProcessorTime before;
  before.by_thread = {{"a", Nanoseconds(5)}, {"gone", Nanoseconds(100)}};
  ProcessorTime after;
  after.by_thread = {{"a", Nanoseconds(8)}, {"new", Nanoseconds(2)}};
  const ProcessorTime spent = after.since(before);
  EXPECT_EQ(spent.by_thread.at("a"), Nanoseconds(3));
  EXPECT_EQ(spent.by_thread.at("new"), Nanoseconds(2));
  EXPECT_EQ(spent.total(), Nanoseconds(5));
}

TEST(ProcessorTime, AProcessThatIsNotThereHasNone) {
  EXPECT_FALSE(processor_time(-1).has_value());
  EXPECT_FALSE(resident_memory(-1).has_value());
}

TEST(ResidentMemory, IsReadFromStatus) {
  const ResidentMemory memory = parse_status("Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n");
  EXPECT_EQ(memory.now, 1024U * 1024);
  EXPECT_EQ(memory.peak, 2048U * 1024);
}

}  // namespace
}  // namespace tercet::bench
