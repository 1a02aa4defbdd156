// Responses, as our client reads them. Oracles: how the bytes are cut into reads changes nothing;
// what was read, encoded anew, is read as the same.
#include "core/http/http_codec.h"
#include "tests/fuzz/fuzz_target.h"

using tercet::ByteView;
using tercet::HttpResponse;
using tercet::HttpResponseParser;
using tercet::fuzz::require;

FUZZ_TARGET(http_response, input) {
  using State = HttpResponseParser::State;
  const bool head_request = !input.empty() && (input[0] & 1U) != 0;
  const ByteView text = input.subspan(input.empty() ? 0 : 1);
  HttpResponseParser whole({}, head_request);
  whole.feed(text);
  HttpResponseParser pieces({}, head_request);
  for (std::size_t i = 0; i < text.size() && pieces.state() <= State::body; ++i) {
    pieces.feed(text.subspan(i, 1));
  }
  require(whole.state() == pieces.state(), "cutting changes nothing");
  require(whole.finish() == pieces.finish(), "nor the end");
  if (whole.state() != State::complete) {
    return;
  }
  const bool keep_alive = whole.keep_alive();
  HttpResponse response = whole.take();
  require(response.body == pieces.take().body, "nor the body");
  require(response.status >= 200 && response.status <= 999, "a final status of three digits");
  HttpResponse plain(response.status);
  plain.body = tercet::to_bytes(response.body);
  HttpResponseParser again({}, head_request);
  again.feed(encode_response(plain, keep_alive, head_request, ""));
  require(again.finish() && again.take().body == response.body, "encoded anew it is the same");
}
