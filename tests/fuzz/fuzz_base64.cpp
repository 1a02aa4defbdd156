// Base64 and hexadecimal text. Oracles: what decodes encodes to the same text; the variant for
// secrets agrees; all bytes survive a round trip.
#include "core/codec/base64.h"
#include "core/secret/access.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(base64, input) {
  using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
  const std::string_view text = as_text(input.first(std::min<std::size_t>(input.size(), 8192)));
  const Result<Bytes> plain = base64_decode(text);
  const Result<SecretBytes> secret = base64_decode_secret(text);
  fuzz::require(plain.ok() == secret.ok(), "both variants judge alike");
  if (plain) {
    fuzz::require(base64_encode(*plain) == text, "one text for each value");
    const ByteView view = secret->expose(SecretAccess::grant());
    fuzz::require(std::equal(plain->begin(), plain->end(), view.begin(), view.end()), "same bytes");
  }
  const Result<Bytes> back = base64_decode(base64_encode(as_bytes(text)));
  fuzz::require(back && *back == to_bytes(as_bytes(text)), "what we encode decodes");
  const Result<Bytes> hex_back = from_hex(to_hex(as_bytes(text)));
  fuzz::require(hex_back && *hex_back == *back, "hexadecimal too");
  if (const Result<Bytes> bytes = from_hex(text)) {
    fuzz::require(to_hex(*bytes).size() == text.size(), "two digits for each byte");
  }
}
