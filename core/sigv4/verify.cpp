#include "core/sigv4/verify.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/ct/ct.h"
#include "core/sigv4/canonical_request.h"

namespace tercet::sigv4 {
namespace {

constexpr std::size_t kDateCharacters = 8;
constexpr std::size_t kDummySecretBytes = 44;

Error bad(const char* what) {
  return Error(Errc::not_authenticated, what);
}

/// Stands in for the secret of an unknown access key id, so that the same work is done.
const std::shared_ptr<const SecretBytes>& dummy_secret() {
  static const std::shared_ptr<const SecretBytes> secret =
      std::make_shared<const SecretBytes>(kDummySecretBytes);
  return secret;
}

Status check_clock(std::string_view amz_date,
                   const Authorization& authorization,
                   const VerifyOptions& options) {
  TERCET_TRY(const std::int64_t signed_at, parse_amz_date(amz_date));
  if (amz_date.substr(0, kDateCharacters) != authorization.date) {
    return bad("signature form: the scope's date is not that of X-Amz-Date");
  }
  const std::int64_t window = std::min(options.window_seconds, kWindowSecondsMax);
  const std::int64_t off = signed_at - options.now_seconds;
  if (off > window || off < -window) {
    return Error(Errc::not_authenticated,
                 "signature form: the clocks are " + std::to_string(off) + " s apart");
  }
  return ok_status();
}

}  // namespace

Result<Authorization> check_form(const RequestView& request,
                                 const BodyHash& body_sha256,
                                 const VerifyOptions& options) {
  const std::optional<std::string_view> header = single_header(request.headers, "authorization");
  const std::optional<std::string_view> amz_date = single_header(request.headers, "x-amz-date");
  if (!header || !amz_date || !single_header(request.headers, "host")) {
    return bad("signature form: Authorization, X-Amz-Date or Host missing or repeated");
  }
  TERCET_TRY(Authorization authorization, parse_authorization(*header));
  if (authorization.service != options.service) {
    return bad("signature form: another service");
  }
  if (std::find(options.regions.begin(), options.regions.end(), authorization.region) ==
      options.regions.end()) {
    return bad("signature form: a Region that this store does not accept");
  }
  TERCET_TRY_STATUS(check_clock(*amz_date, authorization, options));
  for (const std::string& name : authorization.signed_headers) {
    if (header_count(request.headers, name) == 0) {
      return bad("signature form: a signed header is absent");
    }
  }
  if (header_count(request.headers, "x-amz-content-sha256") > 0 &&
      single_header(request.headers, "x-amz-content-sha256") != to_hex(body_sha256)) {
    return bad("signature form: X-Amz-Content-Sha256 is not the hash of the body");
  }
  return authorization;
}

Result<VerifiedCaller> verify(const RequestView& request,
                              const BodyHash& body_sha256,
                              const SecretLookup& lookup,
                              const VerifyOptions& options,
                              SigningKeyCache* cache) {
  TERCET_TRY(const Authorization authorization, check_form(request, body_sha256, options));
  const std::string_view amz_date = *single_header(request.headers, "x-amz-date");
  TERCET_TRY(
      const std::string canonical,
      canonical_request(
          request, authorization.signed_headers, authorization.signed_headers_text, body_sha256));
  const std::string scope_text = authorization.date + "/" + authorization.region + "/" +
                                 authorization.service + "/" + std::string(kTerminator);
  const std::shared_ptr<const SecretBytes> found = lookup(authorization.access_key_id);
  const std::shared_ptr<const SecretBytes>& secret = found ? found : dummy_secret();
  KeyScope scope;
  scope.date = authorization.date;
  scope.region = authorization.region;
  scope.service = authorization.service;
  // Unknown ids must not fill the cache: they all share one entry.
  const std::string_view id = found ? std::string_view(authorization.access_key_id) : "";
  const std::shared_ptr<const SecretBytes> key =
      cache != nullptr ? cache->get(id, secret, scope)
                       : std::make_shared<const SecretBytes>(derive_signing_key(*secret, scope));
  const auto expected = sign_text(*key, string_to_sign(amz_date, scope_text, canonical));
  const bool equal = ct::equal(expected, authorization.signature);
  if (!found || !equal) {
    return bad("signature: unknown access key id, or the signature does not match");
  }
  VerifiedCaller caller;
  caller.access_key_id = authorization.access_key_id;
  caller.region = authorization.region;
  TERCET_TRY(caller.signed_at_seconds, parse_amz_date(amz_date));
  caller.signature = authorization.signature;
  return caller;
}

}  // namespace tercet::sigv4
