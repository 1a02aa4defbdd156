#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/http/http_message.h"

/// The seam between bytes and messages: no socket on this side, no Beast on the other.
namespace tercet {

/// XKS reference 4. Counted as received; nothing beyond is kept in memory.
class HttpLimits {
 public:
  HttpLimits() = default;
  std::size_t request_line_bytes = 1024;  ///< of a response: its status line
  std::size_t header_bytes = 16 * 1024;   ///< all header lines with their line ends
  std::size_t header_lines = 64;
  std::size_t body_bytes = 64 * 1024;  ///< decoded
};

/// How far the parser of a message is.
enum class HttpParse : std::uint8_t {
  start,  ///< nothing of the next message has come (but perhaps an empty line)
  head,   ///< within first line and headers
  body,   ///< head complete, body not
  complete,
  refused,
};

namespace http {
template <bool is_request>
class MessageReader;
}  // namespace http

/// Bytes to one request at a time. Feed it, look at state(), take the request; it is then ready for
/// the next. Strict: each deviation that servers disagree about is refused.
///
/// The grammar is Boost.Beast's. Before it comes HeadGuard (limits and lines), after it
/// header_rules.h (what the headers may say together).
///
/// Statuses of a refusal: 414 request line too long; 431 headers; 413 body; 505 another HTTP
/// version; 400 all else (bare LF or CR, NUL, folding, space before the colon, repeated or missing
/// Host, both Content-Length and Transfer-Encoding, repeated or bad Content-Length, codings other
/// than chunked, repeated Authorization or X-Amz-Date, ...). After a refusal the connection ends.
/// Limits of the head come first: too long is 414 or 431 whatever else is wrong.
class HttpRequestParser {
 public:
  using State = HttpParse;

  explicit HttpRequestParser(HttpLimits limits);
  HttpRequestParser(const HttpRequestParser&) = delete;
  HttpRequestParser& operator=(const HttpRequestParser&) = delete;
  ~HttpRequestParser();

  /// Takes what belongs to the current request and says how many bytes that was. Bytes of the next
  /// request (pipelining) are left.
  std::size_t feed(ByteView input);

  State state() const;

  /// The status to answer with; only when refused.
  unsigned refusal_status() const;

  /// Whether the client waits for 100 (Continue); true once, between head and body.
  bool take_expect_continue();

  /// The finished request; only when complete.
  HttpRequest take();

  /// Whether the client wants the connection kept, by version and Connection header; valid once
  /// the head is complete.
  bool keep_alive() const;

 private:
  std::unique_ptr<http::MessageReader<true>> reader_;
};

/// Bytes to one response at a time, for our client; as strict. Interim responses (1xx) are passed
/// over.
class HttpResponseParser {
 public:
  using State = HttpParse;

  HttpResponseParser(HttpLimits limits, bool head_request);
  HttpResponseParser(const HttpResponseParser&) = delete;
  HttpResponseParser& operator=(const HttpResponseParser&) = delete;
  ~HttpResponseParser();

  std::size_t feed(ByteView input);

  /// The server closed: ends a body without length. False if that cuts the response off.
  bool finish();

  State state() const;

  /// Whether the connection can carry another request; valid once the head is complete.
  bool keep_alive() const;

  HttpResponse take();

 private:
  std::unique_ptr<http::MessageReader<false>> reader_;
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
