#include "node/daemon/disk_space.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace tercet::node {
namespace {

TEST(DiskSpace, IsThatOfTheDiskWhereTheFileLiesAlsoBeforeItIsThere) {
  const test::TemporaryDirectory directory;
  EXPECT_GT(free_megabytes(directory.path()), 0);
  EXPECT_GT(free_megabytes_for(directory.file("audit.jsonl")), 0);
  EXPECT_EQ(free_megabytes_for("/proc/audit.jsonl"), 0) << "a file system without any";
  EXPECT_EQ(free_megabytes("/nonexistent"), -1);
  EXPECT_EQ(free_megabytes_for("/nonexistent/audit.jsonl"), -1);
}

}  // namespace
}  // namespace tercet::node
