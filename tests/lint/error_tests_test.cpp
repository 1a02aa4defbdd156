// Every error code has a test that expects it: style guide section 8.

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

/// The enumerators of Errc, as core/base/result.h has them.
std::vector<std::string> error_codes() {
  std::vector<std::string> codes;
  for (const SourceFile& file : source_tree()) {
    if (file.path != "core/base/result.h") {
      continue;
    }
    bool inside = false;
    for (const std::string& line : file.code) {
      if (inside && line.starts_with("}")) {
        return codes;
      }
      const std::size_t first = line.find_first_not_of(' ');
      const std::size_t comma = line.find(',');
      if (inside && first != std::string::npos && comma != std::string::npos) {
        codes.push_back(line.substr(first, comma - first));
      }
      inside = inside || line.starts_with("enum class Errc");
    }
  }
  return codes;
}

bool is_expected_in(const SourceFile& file, const std::string& code) {
  for (const std::string& line : file.code) {
    if (has_word(line, "Errc") && has_word(line, code)) {
      return true;
    }
  }
  return false;
}

TEST(Errors, EachCodeIsExpectedBySomeTest) {
  const std::vector<std::string> codes = error_codes();
  ASSERT_GT(codes.size(), 20U);
  for (const std::string& code : codes) {
    bool found = false;
    for (const SourceFile& file : source_tree()) {
      const bool is_test = file.path.starts_with("tests/") && file.path.ends_with("_test.cpp");
      found = found || (is_test && is_expected_in(file, code));
    }
    EXPECT_TRUE(found) << "Errc::" << code << ": no test causes it";
  }
}

}  // namespace
}  // namespace tercet::lint
