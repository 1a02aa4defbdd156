// Request heads and bodies. Oracles: how the bytes are cut into reads changes nothing; what we
// accept can mean only one thing; said anew by our encoder it is read as the same.
#include "core/http/http_chars.h"
#include "core/http/http_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;
using State = HttpRequestParser::State;

bool same(const HttpRequest& a, const HttpRequest& b) {
  const auto equal = [](const HttpHeader& x, const HttpHeader& y) {
    return x.name == y.name && x.value == y.value;
  };
  return a.method == b.method && a.target == b.target && a.minor_version == b.minor_version &&
         a.body == b.body &&
         std::equal(a.headers.begin(), a.headers.end(), b.headers.begin(), b.headers.end(), equal);
}

void erase_header(HttpRequest& request, std::string_view name) {
  std::erase_if(request.headers, [&](const HttpHeader& header) {
    return http::same_ignoring_case(header.name, name);
  });
}

void check_meaning(const HttpRequest& request, const HttpLimits& limits) {
  require(http::is_token(request.method) && http::is_target(request.target), "clean line");
  require(request.minor_version <= 1, "a version of ours");
  require(request.body.size() <= limits.body_bytes, "body within its limit");
  require(request.headers.size() <= limits.header_lines, "headers within their limit");
  for (const HttpHeader& header : request.headers) {
    require(http::is_token(header.name) && http::is_field_text(header.value), "clean header");
    require(http::trimmed(header.value) == header.value, "no space around a value");
  }
  for (const char* name : {"Host", "Authorization", "X-Amz-Date"}) {
    require(count_headers(request.headers, name) <= 1, "at most one");
  }
  require(request.minor_version == 0 || request.find("Host") != nullptr, "a Host");
  require(count_headers(request.headers, "Content-Length") +
                  count_headers(request.headers, "Transfer-Encoding") <=
              1,
          "one framing");
}

void check_said_anew(HttpRequest request, bool keep_alive) {
  erase_header(request, "Transfer-Encoding");  // our encoder always says the length
  const Result<Bytes> wire = encode_request(request);
  require(wire.ok(), "it can be sent");
  HttpLimits more_room;
  more_room.header_bytes *= 2;
  more_room.header_lines += 1;
  HttpRequestParser parser(more_room);
  require(parser.feed(*wire) == wire->size() && parser.state() == State::complete, "and received");
  require(parser.keep_alive() == keep_alive, "with the same wish for the connection");
  HttpRequest again = parser.take();
  if (request.find("Content-Length") == nullptr) {
    erase_header(again, "Content-Length");
  }
  require(same(request, again), "as the same request");
}

}  // namespace

FUZZ_TARGET(http_request, input) {
  const HttpLimits limits;
  HttpRequestParser whole(limits);
  whole.feed(input);
  HttpRequestParser pieces(limits);
  for (std::size_t i = 0; i < input.size() && pieces.state() < State::complete; ++i) {
    pieces.feed(input.subspan(i, 1));
  }
  require(whole.state() == pieces.state(), "cutting changes nothing");
  require(whole.state() != State::refused || whole.refusal_status() == pieces.refusal_status(),
          "nor the status");
  if (whole.state() != State::complete) {
    return;
  }
  const bool keep_alive = whole.keep_alive();
  require(keep_alive == pieces.keep_alive(), "nor the wish for the connection");
  HttpRequest request = whole.take();
  require(same(request, pieces.take()), "nor the request");
  check_meaning(request, limits);
  check_said_anew(std::move(request), keep_alive);
}
