#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "core/sigv4/authorization.h"
#include "core/sigv4/request_view.h"
#include "core/sigv4/signing_key.h"

namespace tercet::sigv4 {

inline constexpr std::int64_t kDefaultWindowSeconds = 300;
inline constexpr std::int64_t kWindowSecondsMax = 900;
/// A clock that is off by more is told: what is left of the default window is for the way.
inline constexpr std::int64_t kClockOffMillisecondsTold = 240'000;
inline constexpr std::string_view kXksService = "kms-xks-proxy";

/// What a request must match besides its signature.
struct VerifyOptions {
  VerifyOptions() = default;
  std::string service{kXksService};
  std::vector<std::string> regions;  ///< accepted ones, exact
  std::int64_t now_seconds = 0;
  std::int64_t window_seconds = kDefaultWindowSeconds;  ///< either way, inclusive; at most 900
};

/// Who signed, and the facts a replay list needs.
struct VerifiedCaller {
  VerifiedCaller() = default;
  std::string access_key_id;
  std::string region;
  std::int64_t signed_at_seconds = 0;
  std::array<std::uint8_t, 32> signature{};
};

/// The secret of an access key id of the store that the path names; null if there is none.
using SecretLookup =
    std::function<std::shared_ptr<const SecretBytes>(std::string_view access_key_id)>;

/// Everything that can be refused without a secret: header form, scope, clock, presence of signed
/// headers, X-Amz-Content-Sha256 (signed or not) against `body_sha256`. The proxy calls this.
/// Errors: not_authenticated; the text is the reason, for our log only.
Result<Authorization> check_form(const RequestView& request,
                                 const BodyHash& body_sha256,
                                 const VerifyOptions& options);

/// check_form, then the signature, compared in constant time. For an unknown access key id the
/// same work is done against a dummy secret. Nothing is said about replay: that is the caller's.
/// `cache` may be null. Thread-safe.
/// Errors: not_authenticated, whatever the reason.
Result<VerifiedCaller> verify(const RequestView& request,
                              const BodyHash& body_sha256,
                              const SecretLookup& lookup,
                              const VerifyOptions& options,
                              SigningKeyCache* cache = nullptr);

}  // namespace tercet::sigv4
