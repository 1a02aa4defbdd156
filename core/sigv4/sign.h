#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "core/sigv4/request_view.h"
#include "core/sigv4/signing_key.h"

namespace tercet::sigv4 {

/// Who signs and for what. Views must outlive the call.
struct Signer {
  std::string_view access_key_id;
  std::string_view region;
  std::string_view service;
};

/// The Authorization header for the request, whose headers must include Host and X-Amz-Date (the
/// scope's date is taken from it) and every name in `signed_headers` (sorted, lower case).
/// Errors: invalid_argument.
Result<std::string> sign(const RequestView& request,
                         const BodyHash& body_sha256,
                         std::span<const std::string> signed_headers,
                         const Signer& signer,
                         const SecretBytes& secret);

/// The same with a signing key derived before (SigningKeyCache).
Result<std::string> sign_with_key(const RequestView& request,
                                  const BodyHash& body_sha256,
                                  std::span<const std::string> signed_headers,
                                  const Signer& signer,
                                  const SecretBytes& signing_key);

}  // namespace tercet::sigv4
