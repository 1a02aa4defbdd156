#include "tests/kms/rules.h"

#include <algorithm>

namespace tercet::kms::rules {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_alphanumeric(char c) {
  return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

/// Not empty, and of letters, digits and `others` only.
bool consists_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// `([a-z]+-){2,3}\d+`
bool is_region(std::string_view text) {
  unsigned words = 0;
  while (true) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) {
      return (words == 2 || words == 3) && all_digits(text);
    }
    if (dash == 0 || !std::all_of(text.begin(), text.begin() + dash, is_lower)) {
      return false;
    }
    ++words;
    text.remove_prefix(dash + 1);
  }
}

}  // namespace

bool is_endpoint(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  return text.starts_with(kScheme) && consists_of(text.substr(kScheme.size()), ".-");
}

bool is_local_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.substr(colon).starts_with("://")) {
    return is_endpoint(text);
  }
  const std::string_view port = text.substr(colon + 1);
  return is_endpoint(text.substr(0, colon)) && all_digits(port) && port.size() <= 5;
}

bool is_uri_path(std::string_view text) {
  constexpr std::string_view kMiddle = "/kms/xks/v";
  const std::size_t at = text.rfind(kMiddle);
  if (at == std::string_view::npos) {
    return false;
  }
  const std::string_view version = text.substr(at + kMiddle.size());
  const std::string_view prefix = text.substr(0, at);
  return all_digits(version) && version.size() <= 2 &&
         (prefix.empty() || (prefix.starts_with('/') && consists_of(prefix.substr(1), "/_-")));
}

bool is_access_key_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
  });
}

bool is_secret(std::string_view text) {
  return consists_of(text, "/+=");
}

bool is_vpc_service(std::string_view text) {
  constexpr std::string_view kService = ".vpce-svc-";
  for (const std::string_view start : {"com.amazonaws.vpce.", "eu.amazonaws.vpce."}) {
    const std::size_t at = text.find(kService);
    if (text.starts_with(start) && at != std::string_view::npos && at > start.size()) {
      const std::string_view name = text.substr(at + kService.size());
      return is_region(text.substr(start.size(), at - start.size())) && !name.empty() &&
             std::all_of(
                 name.begin(), name.end(), [](char c) { return is_digit(c) || is_lower(c); });
    }
  }
  return false;
}

bool is_account(std::string_view text) {
  return text.size() == 12 && all_digits(text);
}

bool is_xks_key_id(std::string_view text) {
  return consists_of(text, "-_.");
}

bool is_alias(std::string_view text) {
  return consists_of(text, ":/_-");
}

bool is_principal(std::string_view text) {
  return consists_of(text, "_+=,.@:/-");
}

}  // namespace tercet::kms::rules
