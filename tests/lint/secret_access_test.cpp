// The files that may open secrets are few and listed, each with a reason.

#include <fstream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

std::map<std::string, std::string> allowed_files() {
  std::ifstream stream(std::string(TERCET_SOURCE_DIR) + "/tests/lint/secret_access.txt");
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t gap = line.find(' ');
    if (line.empty() || line[0] == '#') {
      continue;
    }
    out[line.substr(0, gap)] = gap == std::string::npos ? "" : line.substr(gap + 1);
  }
  return out;
}

TEST(SecretAccess, IsGrantedInListedFilesOnly) {
  const std::map<std::string, std::string> allowed = allowed_files();
  ASSERT_FALSE(allowed.empty());
  std::set<std::string> used;
  for (const SourceFile& file : source_tree()) {
    if (file.path.starts_with("tests/") || file.path.starts_with("bench/") ||
        file.path == "core/secret/access.h") {
      continue;
    }
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      if (file.code[i].find("SecretAccess::grant") == std::string::npos) {
        continue;
      }
      used.insert(file.path);
      EXPECT_TRUE(allowed.contains(file.path))
          << place(file, i)
          << ": add the file to tests/lint/secret_access.txt with its reason, or do without";
    }
  }
  for (const auto& [path, reason] : allowed) {
    EXPECT_TRUE(used.contains(path)) << path << " is listed but opens no secret";
    EXPECT_FALSE(reason.empty()) << path << " has no reason";
  }
}

}  // namespace
}  // namespace tercet::lint
