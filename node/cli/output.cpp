#include "node/cli/output.h"

#include <chrono>
#include <cstdio>

namespace tercet::cli {

int fail(int code, const std::string& what, const std::string& hint) {
  std::fflush(stdout);
  std::fprintf(stderr, "tercet: %s\n", what.c_str());
  if (!hint.empty()) {
    std::fprintf(stderr, "  %s\n", hint.c_str());
  }
  return code;
}

int fail(const Error& error, int code) {
  return fail(code, error.what(), error.hint());
}

void print_line(const std::string& text) {
  std::fprintf(stdout, "%s\n", text.c_str());
}

Progress::Progress()
    : next_(std::chrono::steady_clock::now() + std::chrono::seconds(2)),
      begun_(std::chrono::steady_clock::now()) {}

void Progress::waiting_for(const std::string& what) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < next_) {
    return;
  }
  next_ = now + std::chrono::seconds(5);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - begun_).count();
  std::fprintf(
      stderr, "tercet: waiting for %s (%lld s)\n", what.c_str(), static_cast<long long>(seconds));
}

}  // namespace tercet::cli
