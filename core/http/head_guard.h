#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/http/http_codec.h"

namespace tercet {

/// Statuses with which the codec refuses.
namespace http {
inline constexpr unsigned kBadRequest = 400;
inline constexpr unsigned kContentTooLarge = 413;
inline constexpr unsigned kUriTooLong = 414;
inline constexpr unsigned kHeadersTooLarge = 431;
inline constexpr unsigned kVersionNotSupported = 505;
}  // namespace http

/// Gathers the head of a message up to its empty line, and refuses what Beast would let pass or
/// would not give its own status: heads over the limits, and lines that servers read differently
/// (an end other than CRLF, control characters, folding). What the lines mean it leaves to Beast,
/// which thus always sees a whole head, however the bytes were cut.
///
/// Limits come first (XKS reference 4): a head that is too long is refused as that, whatever its
/// lines look like; they are judged when it is complete.
class HeadGuard {
 public:
  /// Of empty lines before the first line so many are passed over.
  HeadGuard(const HttpLimits& limits, unsigned empty_lines_max)
      : limits_(limits), empty_lines_max_(empty_lines_max) {}

  /// Takes what belongs to the head; says how many bytes that was.
  std::size_t feed(ByteView input);

  /// Of the head: complete is where the body would begin.
  HttpParse state() const { return state_; }

  /// The status to answer with; only when refused.
  unsigned refusal_status() const { return refusal_status_; }

  /// First line, headers and empty line; only when complete.
  ByteView head() const { return head_; }

  std::string_view first_line() const { return as_text(head_).substr(0, first_line_bytes_); }

  /// For the next message.
  void reset() { *this = HeadGuard(limits_, empty_lines_max_); }

 private:
  bool has_room_for(ByteView part);
  void on_line();
  void refuse(unsigned status);

  HttpLimits limits_;
  unsigned empty_lines_max_;
  HttpParse state_ = HttpParse::start;
  unsigned refusal_status_ = 0;
  Bytes head_;
  std::size_t line_start_ = 0;        ///< where the current line begins in head_
  std::size_t first_line_bytes_ = 0;  ///< with its line end; 0: not complete yet
  std::size_t header_lines_ = 0;
  unsigned empty_lines_ = 0;
  bool clean_ = true;  ///< all lines so far
};

}  // namespace tercet
