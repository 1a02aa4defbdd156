#pragma once

#include <string>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::cli {

/// "tercet: what. hint" on standard error; returns `code`.
int fail(int code, const std::string& what, const std::string& hint = "");
int fail(const Error& error, int code);

void print_line(const std::string& text);

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
