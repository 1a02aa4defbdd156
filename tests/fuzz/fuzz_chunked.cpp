// The chunked coding. Oracles: how the bytes are cut into reads changes nothing; the body, coded
// anew as one chunk, decodes to itself; never more body than allowed.
#include <cstdio>

#include "core/http/chunked.h"
#include "tests/fuzz/fuzz_target.h"

using tercet::Bytes;
using tercet::ByteView;
using tercet::ChunkedDecoder;
using tercet::fuzz::require;

FUZZ_TARGET(chunked, input) {
  constexpr std::size_t kBodyMax = 1000;
  Bytes body;
  ChunkedDecoder whole(kBodyMax);
  const std::size_t used = whole.feed(input, body);
  Bytes slow_body;
  std::size_t slow_used = 0;
  ChunkedDecoder pieces(kBodyMax);
  while (slow_used < input.size() && pieces.state() == ChunkedDecoder::State::going_on) {
    slow_used += pieces.feed(input.subspan(slow_used, 1), slow_body);
  }
  require(whole.state() == pieces.state() && body == slow_body, "cutting changes nothing");
  require(body.size() <= kBodyMax, "within the limit");
  if (whole.state() != ChunkedDecoder::State::complete || body.empty()) {
    return;
  }
  require(used == slow_used, "nor where the body ends");
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
  Bytes coded = tercet::to_bytes(tercet::as_bytes(size.data()));
  coded.insert(coded.end(), body.begin(), body.end());
  const ByteView end = tercet::as_bytes("\r\n0\r\n\r\n");
  coded.insert(coded.end(), end.begin(), end.end());
  Bytes again;
  require(ChunkedDecoder(kBodyMax).feed(coded, again) == coded.size() && again == body, "as coded");
}
