// The chunked coding, in the body of a request. Oracles: how the bytes are cut into reads changes
// nothing; the body, coded anew as one chunk, decodes to itself; never more body than allowed.
#include <cstdio>

#include "core/http/http_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;
using State = HttpRequestParser::State;

/// A parser whose next byte is the first of a chunked body.
class BodyParser : public HttpRequestParser {
 public:
  BodyParser() : HttpRequestParser(small_limits()) {
    feed(as_bytes("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
  }

  static HttpLimits small_limits() {
    HttpLimits limits;
    limits.body_bytes = 1000;
    return limits;
  }
};

}  // namespace

FUZZ_TARGET(chunked, input) {
  BodyParser whole;
  const std::size_t used = whole.feed(input);
  BodyParser pieces;
  std::size_t slow_used = 0;
  while (slow_used < input.size() && pieces.state() == State::body) {
    slow_used += pieces.feed(input.subspan(slow_used, 1));
  }
  require(whole.state() == pieces.state(), "cutting changes nothing");
  require(whole.state() != State::refused || whole.refusal_status() == pieces.refusal_status(),
          "nor the status");
  if (whole.state() != State::complete) {
    return;
  }
  require(used == slow_used, "nor where the body ends");
  const HttpRequest request = whole.take();
  require(request.body == pieces.take().body, "nor the body");
  require(request.headers.size() == 2, "a trailer is no header");
  require(request.body.size() <= BodyParser::small_limits().body_bytes, "within the limit");
  if (request.body.empty()) {
    return;
  }
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", request.body.size());
  Bytes coded = to_bytes(as_bytes(size.data()));
  coded.insert(coded.end(), request.body.begin(), request.body.end());
  const ByteView end = as_bytes("\r\n0\r\n\r\n");
  coded.insert(coded.end(), end.begin(), end.end());
  BodyParser again;
  require(again.feed(coded) == coded.size() && again.state() == State::complete, "as coded");
  require(again.take().body == request.body, "and the same");
}
