// A test that is in no target passes for ever.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

/// Whether the list of the folder, or of one above it, names the file.
bool is_listed(const std::filesystem::path& file) {
  const std::filesystem::path root = TERCET_SOURCE_DIR;
  for (std::filesystem::path folder = file.parent_path();; folder = folder.parent_path()) {
    std::ifstream list(root / folder / "CMakeLists.txt");
    std::ostringstream text;
    text << list.rdbuf();
    std::string words = text.str();
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == '(' || c == ')'; }, ' ');
    std::istringstream stream(words);
    const std::string wanted = file.lexically_relative(folder).generic_string();
    if (std::find(std::istream_iterator<std::string>(stream), {}, wanted) !=
        std::istream_iterator<std::string>()) {
      return true;
    }
    if (folder.empty()) {
      return false;
    }
  }
}

TEST(BuildLists, NameEveryTest) {
  for (const SourceFile& file : source_tree()) {
    if (file.path.ends_with("_test.cpp")) {
      EXPECT_TRUE(is_listed(file.path)) << file.path << " is in no CMakeLists.txt";
    }
  }
}

}  // namespace
}  // namespace tercet::lint
