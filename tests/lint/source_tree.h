#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tercet::lint {

/// One C++ source file of ours.
struct SourceFile {
  std::string path;                ///< from the repository's root, '/' between parts
  std::vector<std::string> lines;  ///< as they stand
  std::vector<std::string> code;   ///< the same without comments and without the text of literals
};

/// All .h and .cpp files below the product's and the tests' folders, sorted by path.
const std::vector<SourceFile>& source_tree();

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& prefixes);

/// "path:line", for messages; lines count from 0 here and from 1 in the text.
std::string place(const SourceFile& file, std::size_t line);

/// True if `word` stands in `line` with no identifier character on either side.
bool has_word(std::string_view line, std::string_view word);

}  // namespace tercet::lint
