#include "core/config/address.h"

#include <charconv>

namespace tercet {
namespace {

constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
/// With the zone that may follow: fe80::1%eth0.
constexpr std::string_view kVersion6Characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%";

Error no_address() {
  return Error(Errc::invalid_argument, "expected host:port");
}

}  // namespace

Result<NetAddress> NetAddress::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return no_address();
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  std::string_view allowed = kNameCharacters;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    allowed = kVersion6Characters;
    if (host.find(':') == std::string_view::npos) {
      return no_address();
    }
  }
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host.empty() || host.size() > 253 ||
      host.find_first_not_of(allowed) != std::string_view::npos || digits.empty() ||
      parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
    return no_address();
  }
  return NetAddress(std::string(host), port);
}

std::string NetAddress::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

}  // namespace tercet
