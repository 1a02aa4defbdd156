// Rules R1 to R6: what g++ 12 makes wrong code of around co_await, at every level of optimisation
// and without a warning. Tried with 150 small programs; tests/toolchain shows some of it.
//
//   R1  f(Aggregate{..}), f([x] {..}), Aggregate a{co_await ..}   parts destroyed twice
//   R3  default arguments that are aggregates                     destroyed twice
//   R4  c ? a : b anywhere in the statement, in arguments too     the branch not taken is
//   destroyed,
//                                                                 the one taken is copied bytewise
//       temporary && co_await ..                                  the compiler stops with an error
//   R5  if (co_await ..), switch (co_await ..)                    the coroutine never ends
//       while (a && co_await ..)                                  awaits although a is false
//       do { continue; } while (co_await ..)                      skips the condition
//   R6  throw co_await .., new T(co_await ..)                     destroyed twice
//
// Right are: nested calls, two co_await in one statement, commas, references bound to what is
// awaited, initialisers in `if (T t = co_await ..; t)` and in range-for, and && or || of plain
// values. The rules are a little wider than the faults, so that nobody has to remember which is
// which.

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

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

bool breaks_r1(const Statement& statement) {
  const std::string& text = statement.text;
  return has_word(text, "co_await") &&
         (text.find('{') != std::string::npos || text.find("[&]") != std::string::npos ||
          text.find("[this") != std::string::npos);
}

/// A default argument that is an initialiser in braces or begins with the name of a type of ours.
bool breaks_r3(const Statement& statement) {
  const std::string& text = statement.text;
  const std::size_t task = text.find("Task<");
  if (task == std::string::npos || has_word(text, "co_await")) {
    return false;
  }
  for (std::size_t at = text.find('(', task); at != std::string::npos;) {
    at = text.find("= ", at + 1);
    if (at != std::string::npos && at + 2 < text.size() &&
        (text[at + 2] == '{' || std::isupper(static_cast<unsigned char>(text[at + 2])) != 0)) {
      return true;
    }
  }
  return false;
}

/// A conditional evaluation. (`T&& x` has no space before the ampersands.)
bool breaks_r4(const Statement& statement) {
  const std::string& text = statement.text;
  return has_word(text, "co_await") &&
         (text.find('?') != std::string::npos || text.find(" && ") != std::string::npos ||
          text.find(" || ") != std::string::npos);
}

/// The position after the parenthesis that closes the one at `open`.
std::size_t after_closing(const std::string& text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    depth += (text[at] == '(' ? 1 : 0) - (text[at] == ')' ? 1 : 0);
    if (depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

/// A co_await between the parentheses of a condition or the head of a loop.
bool breaks_r5(const Statement& statement) {
  const std::string& text = statement.text;
  for (const std::string word : {"if (", "if constexpr (", "while (", "for (", "switch ("}) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const std::size_t open = at + word.size() - 1;
      const bool whole_word = at == 0 || text[at - 1] == ' ';
      if (whole_word && has_word(text.substr(open, after_closing(text, open) - open), "co_await")) {
        return true;
      }
    }
  }
  return false;
}

bool breaks_r6(const Statement& statement) {
  const std::string& text = statement.text;
  return has_word(text, "co_await") && (has_word(text, "throw") || has_word(text, "new"));
}

/// Of a file with this one line.
std::vector<Statement> statements_of(const std::string& line) {
  SourceFile file;
  file.lines = {line};
  file.code = file.lines;
  return statements(file);
}

bool any(bool (*breaks)(const Statement&), const std::string& line) {
  const std::vector<Statement> all = statements_of(line);
  return std::any_of(all.begin(), all.end(), breaks);
}

TEST(CoroutineRules, AreBrokenByTheExamplesOfTheStyleGuide) {
  for (const char* line : {"co_await send(Frame{kind, payload});",
                           "co_await send({kind, payload});",
                           "co_await co_spawn(ex, [key] { return key; }, use_awaitable);",
                           "Slot s{co_await draw(), std::move(buf)};",
                           "x = co_await f({a, b});"}) {
    EXPECT_TRUE(any(&breaks_r1, line)) << line;
  }
  for (const char* line : {"Task<void> f(Deadline until = {});",
                           "Task<Status> f(int a = 1, Deadline until = Deadline::never());"}) {
    EXPECT_TRUE(any(&breaks_r3, line)) << line;
  }
  for (const char* line : {"if (x) { co_await send(std::move(frame)); }",
                           "Result<Frame> frame = co_await reader.next(until);",
                           "Task<void> f(Deadline until, int count = 1) { co_return; }"}) {
    EXPECT_FALSE(any(&breaks_r1, line) || any(&breaks_r3, line)) << line;
  }
}

TEST(CoroutineRules, AreBrokenByConditionalEvaluation) {
  for (const char* line : {"Status done = up ? co_await propose(plan) : Status(error);",
                           "co_return co_await send(first ? a : b);",
                           "const bool works = linked && co_await propose(plan);",
                           "const bool works = failed() || (co_await propose(plan)).ok();"}) {
    EXPECT_TRUE(any(&breaks_r4, line)) << line;
  }
  for (const char* line : {"if (co_await next()) { return; }",
                           "else if (!(co_await next()).ok()) { return; }",
                           "while (more && co_await next()) { ++n; }",
                           "do { ++n; } while (co_await next());",
                           "for (int i = 0; co_await next(); ++i) { ++n; }",
                           "switch (co_await next()) { default: ++n; }"}) {
    EXPECT_TRUE(any(&breaks_r5, line)) << line;
  }
  for (const char* line : {"throw co_await next();", "auto* t = new T(co_await next());"}) {
    EXPECT_TRUE(any(&breaks_r6, line)) << line;
  }
  for (const char* line : {"if (a && b) { co_await send(std::move(frame)); }",
                           "if (a) co_await send(std::move(frame));",
                           "T&& frame = co_await next();",
                           "const int n = up ? 1 : 2; co_await wait(n);",
                           "while (n < 3) { n += co_await next(); }"}) {
    EXPECT_FALSE(any(&breaks_r4, line) || any(&breaks_r5, line) || any(&breaks_r6, line)) << line;
  }
}

TEST(CoroutineRules, R1_AStatementWithCoAwaitHasNoBraceAndNoLambda) {
  std::size_t seen = 0;
  for (const SourceFile& file : source_tree()) {
    if (file.path.starts_with("tests/toolchain/")) {
      continue;  // shows what the compiler gets right
    }
    for (const Statement& statement : statements(file)) {
      seen += has_word(statement.text, "co_await") ? 1U : 0U;
      EXPECT_FALSE(breaks_r1(statement))
          << place(file, statement.line) << ": name the value first: " << statement.text;
    }
  }
  EXPECT_GT(seen, 0u);
}

TEST(CoroutineRules, R4_R5_R6_NothingIsAwaitedConditionallyThrownOrNewed) {
  for (const SourceFile& file : source_tree()) {
    if (file.path.starts_with("tests/toolchain/")) {
      continue;  // shows what goes wrong
    }
    for (const Statement& statement : statements(file)) {
      EXPECT_FALSE(breaks_r4(statement) || breaks_r5(statement) || breaks_r6(statement))
          << place(file, statement.line)
          << ": await first, into a value with a name: " << statement.text;
    }
  }
}

TEST(CoroutineRules, R3_TasksHaveNoDefaultArgumentsOfClassType) {
  for (const SourceFile& file : source_tree()) {
    for (const Statement& statement : statements(file)) {
      EXPECT_FALSE(breaks_r3(statement)) << place(file, statement.line) << ": " << statement.text;
    }
  }
}

}  // namespace
}  // namespace tercet::lint
