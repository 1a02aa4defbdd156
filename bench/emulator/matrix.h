#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tercet::wan {

using Nanoseconds = std::chrono::nanoseconds;

/// Where the programs of a cluster are: a site is a host of its own. The proxies, tercet-kms and
/// whoever calls them are at the first one.
inline constexpr std::array<std::string_view, 4> kSites = {"proxy", "node-1", "node-2", "node-3"};
inline constexpr std::size_t kSiteCount = kSites.size();

/// What happens to packets on the way from one site to another. All fields are of one direction.
class LinkSettings {
 public:
  LinkSettings() = default;

  Nanoseconds delay{0};
  Nanoseconds jitter{0};              ///< on top of delay: uniform from 0 to this
  double loss = 0;                    ///< probability that a packet vanishes
  std::uint64_t bits_per_second = 0;  ///< 0: as fast as this machine can
  Nanoseconds queue{100'000'000};     ///< bandwidth: what would wait longer is dropped
};

/// The settings between every two sites, the same in both directions.
class Matrix {
 public:
  Matrix() = default;

  const LinkSettings& link(std::size_t from, std::size_t to) const { return links_[from][to]; }

  void set(std::size_t one, std::size_t other, const LinkSettings& settings) {
    links_[one][other] = settings;
    links_[other][one] = settings;
  }

  /// Whether some link cuts bandwidth or loses packets: then every packet must be seen as it would
  /// be on the wire. Otherwise the kernel may hand over what TCP sends in pieces of up to 64 KiB.
  bool needs_single_packets() const;

 private:
  std::array<std::array<LinkSettings, kSiteCount>, kSiteCount> links_;
};

/// This round-trip time between every two sites, nothing else. `rtt`: milliseconds, as "20" or
/// "0.5". Errors: invalid_argument.
Result<Matrix> equal_matrix(std::string_view rtt);

/// A file as in configs/wan/. All problems are reported together, with their lines.
/// Errors: config_error.
Result<Matrix> load_matrix(const std::string& path);
Result<Matrix> parse_matrix(const std::string& path, const std::string& text);

}  // namespace tercet::wan
