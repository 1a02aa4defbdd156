#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::cli {

/// "tercet: what. hint" on standard error; returns `code`.
int fail(int code, const std::string& what, const std::string& hint = "");
int fail(const Error& error, int code);

/// "2026-01-31 09:30:00 UTC", of seconds since 1970.
std::string time_in_words(std::int64_t seconds);

// Standard output is written by these alone. They note why it failed first: a failed flush drops
// what it held, so that a later one finds nothing wrong.
void print_text(const std::string& text);
void print_line(const std::string& text);
/// What was told is not lost with this process, and comes before what standard error says next.
void flush_output();

/// Ends standard output: `code`, or that it failed if something of the output could not be written.
/// Says so, unless its reader just went away (`| head`).
int after_output(int code);

using Row = std::vector<std::string>;
/// Cells under each other, two spaces between columns; rows may have different lengths.
void print_table(const std::vector<Row>& rows);
/// The same with rows and columns exchanged.
std::vector<Row> transposed(const std::vector<Row>& columns);

/// Says on standard error what is being waited for once that takes longer than two seconds, and
/// again every five: for people who watch.
class Progress {
 public:
  Progress();
  void waiting_for(const std::string& what);

 private:
  SteadyTime next_;
  SteadyTime begun_;
};

}  // namespace tercet::cli
