#include "node/cli/output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <system_error>

#include "core/time/clock.h"
#include "node/cli/arguments.h"

namespace tercet::cli {
namespace {

/// Why standard output could not be written at first; 0: it could.
int output_failed = 0;

void note_failure(bool failed) {
  if (failed && output_failed == 0) {
    output_failed = errno;
  }
}

}  // namespace

int fail(int code, const std::string& what, const std::string& hint) {
  flush_output();
  std::fprintf(stderr, "tercet: %s\n", what.c_str());
  if (!hint.empty()) {
    std::fprintf(stderr, "  %s\n", hint.c_str());
  }
  return code;
}

int fail(const Error& error, int code) {
  return fail(code, error.what(), error.hint());
}

std::string time_in_words(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%F %T UTC", &utc);
  return text.data();
}

void print_text(const std::string& text) {
  note_failure(std::fputs(text.c_str(), stdout) < 0);  // flushes what finds no room in its buffer
}

void print_line(const std::string& text) {
  print_text(text + '\n');
}

void flush_output() {
  note_failure(std::fflush(stdout) != 0);
}

int after_output(int code) {
  flush_output();
  if (output_failed == 0) {
    return code;
  }
  if (output_failed != EPIPE) {
    fail(code,
         "the output could not be written: " + std::generic_category().message(output_failed));
  }
  return code == kExitDone ? kExitFailed : code;
}

void print_table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (const Row& row : rows) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    print_line(text);
  }
}

std::vector<Row> transposed(const std::vector<Row>& columns) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t line = 0; line < columns[i].size(); ++line) {
      rows.resize(std::max(rows.size(), line + 1));
      rows[line].resize(i);  // columns before this one that were shorter
      rows[line].push_back(columns[i][line]);
    }
  }
  return rows;
}

Progress::Progress()
    : next_(real_clock().now() + std::chrono::seconds(2)), begun_(real_clock().now()) {}

void Progress::waiting_for(const std::string& what) {
  const SteadyTime now = real_clock().now();
  if (now < next_) {
    return;
  }
  next_ = now + std::chrono::seconds(5);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - begun_).count();
  std::fprintf(
      stderr, "tercet: waiting for %s (%lld s)\n", what.c_str(), static_cast<long long>(seconds));
}

}  // namespace tercet::cli
