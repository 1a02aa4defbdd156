#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/emulator/descriptor.h"
#include "core/base/result.h"

namespace tercet::wan {

/// "198.18.0.1"
std::string print_address(std::uint32_t address);

/// Errors: invalid_argument.
Result<std::uint32_t> parse_address(const std::string& text);

/// A /24 of 198.18.0.0/15, the range reserved for benchmarks (RFC 2544), which no network routes.
/// Ours alone in this network namespace as long as the object lives.
class Subnet {
 public:
  /// One that no route leads to and no other emulator has: the one `preferred` (an address, host
  /// byte order) is in, if it is such a one. Errors: exhausted.
  static Result<Subnet> claim(std::uint32_t preferred);

  std::uint32_t address(std::size_t site) const {
    return base_ + 1 + static_cast<std::uint32_t>(site);
  }

  std::string text() const { return print_address(base_) + "/24"; }

 private:
  Subnet(std::uint32_t base, Descriptor claimed) : base_(base), claimed_(std::move(claimed)) {}

  std::uint32_t base_;  ///< host byte order
  Descriptor claimed_;
};

/// A destination of the routing table.
class Route {
 public:
  Route(std::uint32_t base, std::uint32_t netmask) : destination(base), mask(netmask) {}

  std::uint32_t destination;  ///< host byte order
  std::uint32_t mask;
};

/// Reads what /proc/net/route says.
std::vector<Route> parse_routes(const std::string& table);

/// Whether a route leads into this /24. Default routes, also those in halves as VPN clients set
/// them, do not count.
bool is_routed(std::uint32_t base, const std::vector<Route>& routes);

}  // namespace tercet::wan
