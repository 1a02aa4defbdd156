#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tercet::sigv4 {

/// Name and value as received, in order. The name may be in any case.
using Header = std::pair<std::string, std::string>;
using BodyHash = std::array<std::uint8_t, 32>;

/// What a signature covers except the body, whose SHA-256 travels beside it (nodes verify requests
/// whose body they do not see, protocol.md 9). Everything viewed must outlive the view.
struct RequestView {
  std::string_view method;
  std::string_view target;  ///< path as received; no query string
  std::span<const Header> headers;
};

/// The value of the header if it is there exactly once; nothing if absent or repeated.
std::optional<std::string_view> single_header(std::span<const Header> headers,
                                              std::string_view lower_case_name);

/// How often the header is there.
std::size_t header_count(std::span<const Header> headers, std::string_view lower_case_name);

}  // namespace tercet::sigv4
