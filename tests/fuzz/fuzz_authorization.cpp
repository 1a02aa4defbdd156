// Authorization headers (SigV4). Oracle: what was read, printed in the usual form, is read as the
// same; names are sorted and unrepeated.
#include <algorithm>

#include "core/sigv4/authorization.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(authorization, input) {
  using tercet::fuzz::require;
  const auto read = tercet::sigv4::parse_authorization(tercet::as_text(input));
  if (!read) {
    require(read.error().code() == tercet::Errc::not_authenticated, "one kind of refusal");
    return;
  }
  const std::string scope = read->date + '/' + read->region + '/' + read->service + "/aws4_request";
  const std::string usual = "AWS4-HMAC-SHA256 Credential=" + read->access_key_id + '/' + scope +
                            ", SignedHeaders=" + read->signed_headers_text +
                            ", Signature=" + tercet::to_hex(read->signature);
  const auto again = tercet::sigv4::parse_authorization(usual);
  require(again && again->access_key_id == read->access_key_id && again->date == read->date &&
              again->region == read->region && again->service == read->service &&
              again->signed_headers == read->signed_headers && again->signature == read->signature,
          "the usual form is read as the same");
  const auto& names = read->signed_headers;
  require(std::adjacent_find(names.begin(), names.end(), std::greater_equal<>()) == names.end(),
          "sorted, unrepeated");
  require(std::binary_search(names.begin(), names.end(), "host"), "host is signed");
}
