#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/emulator/matrix.h"
#include "bench/emulator/net_namespace.h"
#include "bench/emulator/subnet.h"
#include "bench/emulator/tun.h"

namespace tercet::wan {

/// The hosts of an emulated cluster: for each site a network namespace (for the first, the
/// caller's own) with a TUN device in it.
class Sites {
 public:
  /// `preferred_address`: see Subnet::claim.
  /// Errors: denied, unsupported (not on this machine, or not by this user; hints), exhausted (no
  /// free addresses), io_error.
  static Result<Sites> make(const Matrix& matrix, std::uint32_t preferred_address);

  const Subnet& subnet() const { return subnet_; }

  const NetNamespace& space(std::size_t site) const { return spaces_[site]; }

  const std::string& caller_device() const { return caller_device_; }

  std::string address(std::size_t site) const { return print_address(subnet_.address(site)); }

  /// The devices, once.
  std::vector<Tun> take_devices() { return std::move(devices_); }

 private:
  explicit Sites(Subnet subnet) : subnet_(std::move(subnet)) {}

  Subnet subnet_;
  std::vector<NetNamespace> spaces_;
  std::vector<Tun> devices_;
  std::string caller_device_;
};

}  // namespace tercet::wan
