#include "tests/lint/source_tree.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

namespace tercet::lint {
namespace {

namespace fs = std::filesystem;

/// Blanks comments and the insides of literals, over line borders where needed.
class CommentStripper {
 public:
  std::string strip(const std::string& line) {
    std::string out;
    std::size_t at = 0;
    while (at < line.size()) {
      at = in_block_ ? skip_block(line, at) : take(line, at, out);
    }
    return out;
  }

 private:
  std::size_t skip_block(const std::string& line, std::size_t at) {
    const std::size_t end = line.find("*/", at);
    if (end == std::string::npos) {
      return line.size();
    }
    in_block_ = false;
    return end + 2;
  }

  std::size_t take(const std::string& line, std::size_t at, std::string& out) {
    if (line.compare(at, 2, "//") == 0) {
      return line.size();
    }
    if (line.compare(at, 2, "/*") == 0) {
      in_block_ = true;
      return at + 2;
    }
    if (line[at] == '"') {
      out += "\"\"";
      return end_of_literal(line, at, '"');
    }
    // A digit before the quote makes it a separator in a number.
    const bool separator = at > 0 && std::isxdigit(static_cast<unsigned char>(line[at - 1])) != 0;
    if (line[at] == '\'' && !separator) {
      out += "''";
      return end_of_literal(line, at, '\'');
    }
    out += line[at];
    return at + 1;
  }

  static std::size_t end_of_literal(const std::string& line, std::size_t at, char quote) {
    for (++at; at < line.size(); ++at) {
      if (line[at] == '\\') {
        ++at;
      } else if (line[at] == quote) {
        return at + 1;
      }
    }
    return line.size();
  }

  bool in_block_ = false;
};

SourceFile read(const fs::path& root, const fs::path& path) {
  SourceFile file;
  file.path = fs::relative(path, root).generic_string();
  std::ifstream stream(path);
  CommentStripper stripper;
  for (std::string line; std::getline(stream, line);) {
    const bool include = line.starts_with("#include");
    file.code.push_back(include ? line : stripper.strip(line));
    file.lines.push_back(std::move(line));
  }
  return file;
}

std::vector<SourceFile> read_tree() {
  const fs::path root(TERCET_SOURCE_DIR);
  std::vector<SourceFile> files;
  for (const char* folder : {"core", "mpc", "node", "proxy", "tests", "bench"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension();
      if (extension == ".h" || extension == ".cpp") {
        files.push_back(read(root, entry.path()));
      }
    }
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) {
    return a.path < b.path;
  });
  return files;
}

bool is_identifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

}  // namespace

const std::vector<SourceFile>& source_tree() {
  static const std::vector<SourceFile> tree = read_tree();
  return tree;
}

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
    return text.starts_with(prefix);
  });
}

std::string place(const SourceFile& file, std::size_t line) {
  return file.path + ":" + std::to_string(line + 1);
}

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const bool free_before = at == 0 || !is_identifier(line[at - 1]);
    const std::size_t end = at + word.size();
    const bool free_after = end >= line.size() || !is_identifier(line[end]);
    if (free_before && free_after) {
      return true;
    }
  }
  return false;
}

}  // namespace tercet::lint
