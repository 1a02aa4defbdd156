#include "bench/emulator/sites.h"

namespace tercet::wan {
namespace {

constexpr const char* kCallerDevice = "tercet%d";  // the kernel counts
constexpr const char* kSiteDevice = "wan0";

}  // namespace

Result<Sites> Sites::make(const Matrix& matrix, std::uint32_t preferred_address) {
  TERCET_TRY(Subnet subnet, Subnet::claim(preferred_address));
  Sites out(std::move(subnet));
  const bool large = !matrix.needs_single_packets();
  for (std::size_t site = 0; site < kSiteCount; ++site) {
    const bool is_caller = site == 0;
    TERCET_TRY(NetNamespace space, is_caller ? NetNamespace::current() : NetNamespace::make());
    const auto make_device = [&] {
      return Tun::make(is_caller ? kCallerDevice : kSiteDevice, out.subnet_.address(site), large);
    };
    TERCET_TRY(Tun device, in_namespace(space, make_device));
    out.spaces_.push_back(std::move(space));
    out.devices_.push_back(std::move(device));
  }
  out.caller_device_ = out.devices_.front().name();
  return out;
}

}  // namespace tercet::wan
