#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

/// A fuzz body for one parser of outside bytes:
///
///     FUZZ_TARGET(base64, input) { ... require(again == text, "re-encoding"); }
///
/// With the fuzz preset it becomes a libFuzzer program of its own (libfuzzer_main.cpp). In all
/// other builds fuzz-replay (replay_main.cpp) runs it over corpus/<parser>/ and mutations of it as
/// a test.
namespace tercet::fuzz {

class Target {
 public:
  using Body = void (*)(ByteView input);

  Target(std::string_view parser_name, Body its_body) : name(parser_name), body(its_body) {
    all().push_back(this);
  }

  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() = default;

  /// Those linked into this program.
  static std::vector<const Target*>& all() {
    static std::vector<const Target*> list;
    return list;
  }

  std::string_view name;
  Body body;
};

/// The oracle: aborts, which fuzzer and test both notice.
inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "the fuzz oracle does not hold: %s\n", what);
    std::abort();
  }
}

/// Cuts values off the front of an input. What is past the end is zero or empty.
class Cutter {
 public:
  explicit Cutter(ByteView input) : rest_(input) {}

  std::uint8_t byte() {
    const ByteView one = bytes(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }

  ByteView bytes(std::size_t count) {
    const ByteView out = rest_.first(count < rest_.size() ? count : rest_.size());
    rest_ = rest_.subspan(out.size());
    return out;
  }

  /// Up to the next line feed, which is dropped.
  std::string_view line() {
    const std::string_view text = as_text(rest_);
    const std::size_t end = text.find('\n');
    const std::string_view out = text.substr(0, end);
    rest_ = rest_.subspan(end == std::string_view::npos ? text.size() : end + 1);
    return out;
  }

  bool empty() const { return rest_.empty(); }

  ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

}  // namespace tercet::fuzz

#define FUZZ_TARGET(parser, input)                                                \
  static void fuzz_##parser(tercet::ByteView input);                              \
  static const tercet::fuzz::Target the_target_##parser(#parser, &fuzz_##parser); \
  static void fuzz_##parser(tercet::ByteView input)
