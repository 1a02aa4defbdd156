// Rules R1 to R3: what g++ 12 destroys twice in statements with co_await (style guide 3.2).

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

struct Statement {
  std::size_t line = 0;
  std::string text;
};

/// Whether a brace after this text opens a block: after `)`, `else`, `do`, `try`, or the result
/// type of a function or lambda. Any other brace is an initialiser.
bool opens_block(const std::string& text) {
  const std::size_t last = text.find_last_not_of(' ');
  if (last == std::string::npos || text[last] == ')') {
    return true;
  }
  for (const char* word :
       {"else ", "do ", "try ", "const ", "noexcept ", "override ", "mutable "}) {
    if (text.ends_with(word)) {
      return true;
    }
  }
  const std::size_t arrow = text.rfind("->");
  return arrow != std::string::npos && arrow > text.rfind(')') && text[last] == '>';
}

/// Splits at ';' and at braces that open or close blocks. Braces of initialisers stay inside.
std::vector<Statement> statements(const SourceFile& file) {
  std::vector<Statement> out;
  Statement current;
  int depth = 0;  // of parentheses: a brace inside them never opens a block
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    if (file.code[i].starts_with('#')) {
      continue;
    }
    for (const char c : file.code[i] + " ") {
      depth += (c == '(' ? 1 : 0) - (c == ')' ? 1 : 0);
      const bool block = depth == 0 && (c == '{' || c == '}') && opens_block(current.text);
      if (block || (depth == 0 && c == ';')) {
        out.push_back(current);
        current = Statement();
        continue;
      }
      if (current.text.find_first_not_of(' ') == std::string::npos) {
        current.line = i;
      }
      current.text += c;
    }
  }
  return out;
}

TEST(CoroutineRules, R1_AStatementWithCoAwaitHasNoBraceAndNoLambda) {
  std::size_t seen = 0;
  for (const SourceFile& file : source_tree()) {
    if (file.path.starts_with("tests/toolchain/")) {
      continue;  // shows what the compiler gets right
    }
    for (const Statement& statement : statements(file)) {
      if (!has_word(statement.text, "co_await")) {
        continue;
      }
      ++seen;
      const std::string from = statement.text;
      EXPECT_EQ(from.find('{'), std::string::npos)
          << place(file, statement.line) << ": name the value first: " << from;
      EXPECT_EQ(from.find("[&]"), std::string::npos) << place(file, statement.line);
      EXPECT_EQ(from.find("[this"), std::string::npos) << place(file, statement.line);
    }
  }
  EXPECT_GT(seen, 0u);
}

TEST(CoroutineRules, R3_TasksHaveNoDefaultArgumentsOfClassType) {
  for (const SourceFile& file : source_tree()) {
    for (const Statement& statement : statements(file)) {
      const std::size_t task = statement.text.find("Task<");
      if (task == std::string::npos || has_word(statement.text, "co_await")) {
        continue;
      }
      const std::size_t open = statement.text.find('(', task);
      if (open == std::string::npos) {
        continue;
      }
      EXPECT_EQ(statement.text.find("= {}", open), std::string::npos)
          << place(file, statement.line);
    }
  }
}

}  // namespace
}  // namespace tercet::lint
