#include "bench/emulator/tun.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace tercet::wan {
namespace {

constexpr int kQueueLength = 4000;  // packets the kernel keeps while we do not run

/// Of the call that just failed: what this machine or user cannot do is told apart from the rest.
Error tun_error(const std::string& what) {
  Errc code = Errc::io_error;
  std::string hint;
  if (errno == EPERM || errno == EACCES) {
    code = Errc::denied;
    hint =
        "run it as root (in a container: with the capability NET_ADMIN and --device /dev/net/tun); "
        "in namespaces of your own /dev/net/tun must be open to you, as with mode 0666";
  } else if (errno == ENOENT || errno == ENODEV || errno == ENXIO) {
    code = Errc::unsupported;
    hint = "load the module (modprobe tun); in a container: --device /dev/net/tun";
  }
  return Error(code, what + ": " + std::generic_category().message(errno)).hint(std::move(hint));
}

void set_address(sockaddr& to, std::uint32_t address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(address);
  static_assert(sizeof out == sizeof to);
  std::memcpy(&to, &out, sizeof out);
}

ifreq request_for(const std::string& device) {
  ifreq out{};
  device.copy(out.ifr_name, IFNAMSIZ - 1);
  return out;
}

Status configure(const std::string& device, std::uint32_t address) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq queue = request_for(device);
  queue.ifr_qlen = kQueueLength;
  ifreq own = request_for(device);
  set_address(own.ifr_addr, address);
  ifreq mask = request_for(device);
  set_address(mask.ifr_netmask, 0xFFFFFF00U);
  ifreq flags = request_for(device);
  flags.ifr_flags = IFF_UP | IFF_RUNNING;
  ::ioctl(socket.get(), SIOCSIFTXQLEN, &queue);  // not permitted in a user namespace: 500 then
  if (!socket || ::ioctl(socket.get(), SIOCSIFADDR, &own) != 0 ||
      ::ioctl(socket.get(), SIOCSIFNETMASK, &mask) != 0 ||
      ::ioctl(socket.get(), SIOCSIFFLAGS, &flags) != 0) {
    return tun_error("configure the network device " + device);
  }
  return ok_status();
}

}  // namespace

Result<Tun> Tun::make(const std::string& name_pattern, std::uint32_t address, bool large) {
  Descriptor descriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!descriptor) {
    return tun_error("open /dev/net/tun");
  }
  ifreq request = request_for(name_pattern);
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  if (::ioctl(descriptor.get(), TUNSETIFF, &request) != 0) {
    return tun_error("make a TUN device");
  }
  const unsigned long offload = TUN_F_CSUM | (large ? TUN_F_TSO4 | TUN_F_TSO_ECN : 0U);
  if (::ioctl(descriptor.get(), TUNSETOFFLOAD, offload) != 0) {
    return tun_error("set up a TUN device");
  }
  Tun out(std::move(descriptor), request.ifr_name);
  TERCET_TRY_STATUS(configure(out.name(), address));
  return out;
}

bool Tun::read(Packet& into) const {
  const iovec parts[2] = {{into.head->data(), into.head->size()},
                          {into.tail->data(), into.tail->size()}};
  const ssize_t got = ::readv(descriptor_.get(), parts, 2);
  into.bytes = got > 0 ? static_cast<std::size_t>(got) : 0;
  return got > 0;
}

bool Tun::write(const Packet& packet) const {
  const std::size_t in_head = std::min(packet.bytes, Packet::kHeadBytes);
  iovec parts[2] = {{packet.head->data(), in_head}, {nullptr, packet.bytes - in_head}};
  const int count = packet.bytes > in_head ? 2 : 1;
  if (count == 2) {
    parts[1].iov_base = packet.tail->data();
  }
  return ::writev(descriptor_.get(), parts, count) == static_cast<ssize_t>(packet.bytes);
}

}  // namespace tercet::wan
