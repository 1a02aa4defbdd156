#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/http/chunked.h"
#include "core/http/http_message.h"

namespace tercet {

/// XKS reference 4. Counted as received; nothing beyond is kept in memory.
class HttpLimits {
 public:
  HttpLimits() = default;
  std::size_t request_line_bytes = 1024;
  std::size_t header_bytes = 16 * 1024;  ///< all header lines with their line ends
  std::size_t header_lines = 64;
  std::size_t body_bytes = 64 * 1024;  ///< decoded
};

/// Bytes to one request at a time. Feed it, look at state(), take the request, reset() for the
/// next. Strict: each deviation that servers disagree about is refused.
///
/// Statuses of a refusal: 414 request line too long; 431 headers; 413 body; 505 another HTTP
/// version; 400 all else (bare LF or CR, NUL, folding, space before the colon, repeated or missing
/// Host, both Content-Length and Transfer-Encoding, repeated or bad Content-Length, codings other
/// than chunked, repeated Authorization or X-Amz-Date, ...). After a refusal the connection ends.
/// Limits come first: too long is 414 or 431 whatever else is wrong.
class HttpRequestParser {
 public:
  enum class State : std::uint8_t {
    start,  ///< nothing of the next request has come (but perhaps an empty line)
    head,   ///< within request line and headers
    body,   ///< head complete, body not
    complete,
    refused,
  };

  explicit HttpRequestParser(HttpLimits limits);

  /// Takes what belongs to the current request and says how many bytes that was. Bytes of the next
  /// request (pipelining) are left.
  std::size_t feed(ByteView input);

  State state() const { return state_; }

  /// The status to answer with; only when refused.
  unsigned refusal_status() const { return refusal_status_; }

  /// Whether the client waits for 100 (Continue); true once, between head and body.
  bool take_expect_continue();
  /// The finished request; only when complete. The parser is then ready for the next.
  HttpRequest take();

  /// Whether the client wants the connection kept, by version and Connection header; valid once
  /// the head is complete, until take().
  bool keep_alive() const { return keep_alive_; }

 private:
  std::size_t feed_head(ByteView input);
  std::size_t feed_body(ByteView input);
  /// One line of the head ended; says whether the head did.
  bool on_line(std::size_t line_bytes);
  void refuse(unsigned status);
  void parse_head();
  bool parse_request_line(std::string_view line);
  bool parse_header(std::string_view line);
  void decide_body();

  HttpLimits limits_;
  State state_ = State::start;
  unsigned refusal_status_ = 0;
  Bytes head_;                    ///< request line and headers so far
  std::size_t line_start_ = 0;    ///< where the current line begins in head_
  std::size_t request_line_ = 0;  ///< its length with its line end; 0: not complete yet
  std::size_t header_lines_ = 0;
  unsigned empty_lines_ = 0;  ///< before the request line
  bool bare_line_end_ = false;
  HttpRequest request_;
  bool keep_alive_ = false;
  bool expect_continue_ = false;
  bool chunked_ = false;
  ChunkedDecoder chunks_;
  std::size_t body_left_ = 0;
};

/// Bytes to one response at a time, for our client.
class HttpResponseParser {
 public:
  enum class State : std::uint8_t { head, body, complete, failed };

  HttpResponseParser(HttpLimits limits, bool head_request);

  std::size_t feed(ByteView input);
  /// The server closed: ends a body without length. False if that cuts the response off.
  bool finish();

  State state() const { return state_; }

  bool keep_alive() const { return keep_alive_; }

  bool started() const { return state_ != State::head || !head_.empty(); }

  HttpResponse take();

 private:
  enum class Framing : std::uint8_t { length, chunked, until_close };

  std::size_t feed_head(ByteView input);
  bool parse_head();

  HttpLimits limits_;
  bool head_request_;
  State state_ = State::head;
  Framing framing_ = Framing::length;
  Bytes head_;
  HttpResponse response_;
  bool keep_alive_ = false;
  std::size_t body_left_ = 0;
  ChunkedDecoder chunks_;
};

/// A whole response in one buffer, for one write. `date` is the Date header's value.
Bytes encode_response(const HttpResponse& response,
                      bool keep_alive,
                      bool head_request,
                      std::string_view date);
/// A whole request in one buffer; adds Content-Length (if there is a body or the method is POST or
/// PUT) and nothing else. Errors: invalid_argument (a line break in target or headers).
Result<Bytes> encode_request(const HttpRequest& request);

}  // namespace tercet
