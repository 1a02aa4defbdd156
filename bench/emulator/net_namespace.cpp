#include "bench/emulator/net_namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace tercet::wan {
namespace {

Error namespace_error(const std::string& what) {
  const bool forbidden = errno == EPERM || errno == EACCES || errno == ENOSYS || errno == EINVAL;
  return Error(forbidden ? Errc::denied : Errc::io_error,
               what + ": " + std::generic_category().message(errno))
      .hint(forbidden ? "run it as root (in a container: with the capabilities SYS_ADMIN and "
                        "NET_ADMIN), or run it and its callers in namespaces of your own: "
                        "unshare --user --map-root-user --net"
                      : "");
}

/// Without it, connections of a host to itself would fail.
Status raise_loopback() {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
    return namespace_error("raise the loopback of a network namespace");
  }
  return ok_status();
}

}  // namespace

Result<NetNamespace> NetNamespace::current() {
  Descriptor descriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!descriptor) {
    return namespace_error("open the own network namespace");
  }
  return NetNamespace(std::move(descriptor));
}

Result<NetNamespace> NetNamespace::make() {
  TERCET_TRY(const NetNamespace before, current());
  if (::unshare(CLONE_NEWNET) != 0) {
    return namespace_error("make a network namespace");
  }
  Result<NetNamespace> made = current();
  Status raised = raise_loopback();
  TERCET_TRY_STATUS(before.enter());
  TERCET_TRY_STATUS(std::move(raised));
  return made;
}

Status NetNamespace::enter() const {
  if (::setns(descriptor_.get(), CLONE_NEWNET) != 0) {
    return namespace_error("enter a network namespace");
  }
  return ok_status();
}

std::string NetNamespace::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor_.get());
}

}  // namespace tercet::wan
