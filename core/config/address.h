#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tercet {

/// Host (name or address) and port. Port 0 in a listen address: the system chooses.
class NetAddress {
 public:
  NetAddress() = default;

  NetAddress(std::string host_name, std::uint16_t port_number)
      : host(std::move(host_name)), port(port_number) {}

  /// "host:port", "[v6]:port". Errors: invalid_argument.
  static Result<NetAddress> parse(std::string_view text);
  std::string text() const;

  bool empty() const { return host.empty(); }

  auto operator<=>(const NetAddress&) const = default;

  std::string host;
  std::uint16_t port = 0;
};

}  // namespace tercet
