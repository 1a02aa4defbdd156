#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/sigv4/request_view.h"

namespace tercet::sigv4 {

/// The canonical request over the listed headers. The target is taken as received: all characters
/// that XKS allows are unreserved, so URI encoding is the identity. Header values are trimmed, runs
/// of spaces folded, repeated headers joined with commas in the order received.
/// Errors: not_authenticated if a listed header is absent or the target has a query string.
Result<std::string> canonical_request(const RequestView& request,
                                      std::span<const std::string> signed_headers,
                                      std::string_view signed_headers_text,
                                      const BodyHash& body_sha256);

/// `amz_date` is the value of X-Amz-Date; the scope is `yyyymmdd/region/service/aws4_request`.
std::string string_to_sign(std::string_view amz_date,
                           std::string_view scope,
                           std::string_view canonical_request);

/// Seconds since 1970 of `YYYYMMDDTHHMMSSZ`: exactly 16 characters and a real date.
/// Errors: not_authenticated.
Result<std::int64_t> parse_amz_date(std::string_view text);
std::string print_amz_date(std::int64_t seconds);

}  // namespace tercet::sigv4
