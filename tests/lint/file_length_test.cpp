// Small files with one purpose: style guide section 1.

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

TEST(FileLength, StaysUnderFiveHundredLines) {
  constexpr std::size_t kLinesMax = 500;
  for (const SourceFile& file : source_tree()) {
    EXPECT_LE(file.lines.size(), kLinesMax) << file.path << ": would two files be clearer?";
  }
}

TEST(FileLength, EveryHeaderBeginsWithPragmaOnce) {
  for (const SourceFile& file : source_tree()) {
    if (file.path.ends_with(".h")) {
      ASSERT_FALSE(file.lines.empty()) << file.path;
      EXPECT_EQ(file.lines.front(), "#pragma once") << file.path;
    }
  }
}

}  // namespace
}  // namespace tercet::lint
