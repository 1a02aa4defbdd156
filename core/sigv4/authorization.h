#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tercet::sigv4 {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kTerminator = "aws4_request";

/// A parsed Authorization header. Public data.
struct Authorization {
  Authorization() = default;
  std::string access_key_id;
  std::string date;  ///< yyyymmdd, of the scope
  std::string region;
  std::string service;
  std::vector<std::string> signed_headers;  ///< sorted, lower case, no repeats
  std::string signed_headers_text;          ///< as sent
  std::array<std::uint8_t, 32> signature{};
};

/// Parses the value of an Authorization header (XKS reference, section 14): the algorithm, then
/// exactly Credential, SignedHeaders and Signature in any order, with or without spaces after the
/// commas; five scope parts ending in aws4_request; SignedHeaders sorted, lower case, unrepeated,
/// with host and x-amz-date; 64 lower-case hexadecimal digits.
/// Errors: not_authenticated, with the reason for our log.
Result<Authorization> parse_authorization(std::string_view value);

}  // namespace tercet::sigv4
