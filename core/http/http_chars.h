#pragma once

#include <algorithm>
#include <string_view>

#include "core/base/bytes.h"

/// Characters and lines of RFC 9110 and 9112. No locale.
namespace tercet::http {

constexpr bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

inline bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// Decimal digits and nothing else.
inline bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Tab, space, visible ASCII and bytes from 0x80: what a field value may hold.
inline bool is_field_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

/// Visible ASCII without space: what a request target may hold.
inline bool is_target(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

/// Without tabs and spaces at both ends.
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

/// The first line with its end, or all if no line ends here.
inline ByteView through_line_feed(ByteView input) {
  const std::size_t end = as_text(input).find('\n');
  return end == std::string_view::npos ? input : input.first(end + 1);
}

/// Ends in CRLF, holds text, and does not continue the line before it (folding).
inline bool is_clean_line(std::string_view line) {
  return line.ends_with("\r\n") && !line.starts_with(' ') && !line.starts_with('\t') &&
         is_field_text(line.substr(0, line.size() - 2));
}

}  // namespace tercet::http
