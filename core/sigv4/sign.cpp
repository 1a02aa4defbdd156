#include "core/sigv4/sign.h"

#include "core/base/bytes.h"
#include "core/sigv4/authorization.h"
#include "core/sigv4/canonical_request.h"

namespace tercet::sigv4 {
namespace {

constexpr std::size_t kDateCharacters = 8;

std::string joined(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) {
    out += out.empty() ? "" : ";";
    out += name;
  }
  return out;
}

/// The value of X-Amz-Date, which must be there once and be a date.
Result<std::string_view> date_of(const RequestView& request) {
  const std::optional<std::string_view> date = single_header(request.headers, "x-amz-date");
  if (!date || !parse_amz_date(*date)) {
    return Error(Errc::invalid_argument, "sign: no X-Amz-Date, or no real date");
  }
  return *date;
}

}  // namespace

Result<std::string> sign(const RequestView& request,
                         const BodyHash& body_sha256,
                         std::span<const std::string> signed_headers,
                         const Signer& signer,
                         const SecretBytes& secret) {
  TERCET_TRY(const std::string_view date, date_of(request));
  KeyScope scope;
  scope.date = date.substr(0, kDateCharacters);
  scope.region = signer.region;
  scope.service = signer.service;
  const SecretBytes key = derive_signing_key(secret, scope);
  return sign_with_key(request, body_sha256, signed_headers, signer, key);
}

Result<std::string> sign_with_key(const RequestView& request,
                                  const BodyHash& body_sha256,
                                  std::span<const std::string> signed_headers,
                                  const Signer& signer,
                                  const SecretBytes& signing_key) {
  TERCET_TRY(const std::string_view date, date_of(request));
  const std::string names = joined(signed_headers);
  const Result<std::string> canonical =
      canonical_request(request, signed_headers, names, body_sha256);
  if (!canonical) {
    return Error(Errc::invalid_argument, "sign: the request cannot be signed")
        .caused_by(canonical.error());
  }
  const std::string scope = std::string(date.substr(0, kDateCharacters)) + "/" +
                            std::string(signer.region) + "/" + std::string(signer.service) + "/" +
                            std::string(kTerminator);
  const auto signature = sign_text(signing_key, string_to_sign(date, scope, *canonical));
  return std::string(kAlgorithm) + " Credential=" + std::string(signer.access_key_id) + "/" +
         scope + ", SignedHeaders=" + names + ", Signature=" + to_hex(signature);
}

}  // namespace tercet::sigv4
