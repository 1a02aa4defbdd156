// Request heads and bodies. Oracles: how the bytes are cut into reads changes nothing; Beast, where
// we accept, reads the same request; what we accept can mean only one thing.
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "core/http/http_chars.h"
#include "core/http/http_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;
using State = HttpRequestParser::State;

/// Beast's reading of one request, or nothing if it refuses it.
std::optional<boost::beast::http::request<boost::beast::http::string_body>> beast(ByteView input) {
  boost::beast::http::request_parser<boost::beast::http::string_body> parser;
  parser.header_limit(64 * 1024);
  parser.body_limit(1024 * 1024);
  parser.eager(true);
  boost::beast::error_code failed;
  parser.put(boost::asio::buffer(input.data(), input.size()), failed);
  if (failed || !parser.is_done()) {
    return std::nullopt;
  }
  return parser.release();
}

void compare(const HttpRequest& ours, ByteView input) {
  while (as_text(input).starts_with("\r\n")) {
    input = input.subspan(2);  // RFC 9112 2.2, which Beast leaves to its caller
  }
  const auto theirs = beast(input);
  if (!theirs) {
    // Beast judges the grammar of Connection, chunk extensions and trailers, which we read as text.
    require(ours.find("Transfer-Encoding") != nullptr || ours.find("Connection") != nullptr ||
                ours.find("Proxy-Connection") != nullptr,
            "Beast refuses what we accept");
    return;
  }
  require(theirs->method_string() == ours.method && theirs->target() == ours.target, "same line");
  require(theirs->body() == as_text(ours.body), "same body");
  std::size_t shared = 0;
  for (const HttpHeader& header : ours.headers) {
    const auto [first, last] = theirs->equal_range(header.name);
    const auto same = [&](const auto& field) { return field.value() == header.value; };
    shared += std::any_of(first, last, same) ? 1U : 0U;
  }
  require(shared == ours.headers.size(), "same headers");
}

void check_meaning(const HttpRequest& request, const HttpLimits& limits) {
  require(http::is_token(request.method) && http::is_target(request.target), "clean line");
  require(request.body.size() <= limits.body_bytes, "body within its limit");
  require(request.headers.size() <= limits.header_lines, "headers within their limit");
  require(count_headers(request.headers, "Host") <= 1, "at most one Host");
  require(count_headers(request.headers, "Content-Length") +
                  count_headers(request.headers, "Transfer-Encoding") <=
              1,
          "one framing");
}

}  // namespace

FUZZ_TARGET(http_request, input) {
  const HttpLimits limits;
  HttpRequestParser whole(limits);
  std::size_t used = whole.feed(input);
  HttpRequestParser pieces(limits);
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (pieces.state() == State::refused || pieces.state() == State::complete) {
      break;
    }
    pieces.feed(input.subspan(i, 1));
  }
  require(whole.state() == pieces.state(), "cutting changes nothing");
  require(whole.state() != State::refused || whole.refusal_status() == pieces.refusal_status(),
          "nor the status");
  if (whole.state() != State::complete) {
    return;
  }
  const HttpRequest request = whole.take();
  const HttpRequest again = pieces.take();
  require(request.target == again.target && request.body == again.body, "nor the request");
  check_meaning(request, limits);
  compare(request, input.first(used));
}
