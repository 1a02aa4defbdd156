#include "bench/emulator/echo.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

namespace tercet::wan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kChunkBytes = std::size_t{256} * 1024;

Error socket_error(const std::string& what) {
  return Error(Errc::io_error, what + ": " + std::generic_category().message(errno));
}

Result<Descriptor> make_socket() {
  Descriptor out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!out) {
    return socket_error("make a socket");
  }
  return out;
}

void set_no_delay(const Descriptor& socket) {
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

bool pass_on(const Descriptor& from, const Descriptor& to) {
  char byte = 'x';
  return ::send(from.get(), &byte, 1, MSG_NOSIGNAL) == 1 && ::recv(to.get(), &byte, 1, 0) == 1;
}

}  // namespace

Result<EchoPair> EchoPair::open(const NetNamespace& from,
                                const NetNamespace& to,
                                std::uint32_t address) {
  TERCET_TRY(const Descriptor listener, in_namespace(to, &make_socket));
  TERCET_TRY(Descriptor near, in_namespace(from, &make_socket));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&where);
  socklen_t length = sizeof where;
  if (::bind(listener.get(), generic, length) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), generic, &length) != 0) {
    return socket_error("listen");
  }
  const Clock::time_point begin = Clock::now();
  if (::connect(near.get(), generic, length) != 0) {
    return socket_error("connect");
  }
  const Nanoseconds connecting = Clock::now() - begin;
  Descriptor far(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!far) {
    return socket_error("accept");
  }
  set_no_delay(near);
  set_no_delay(far);
  return EchoPair(std::move(near), std::move(far), connecting);
}

Result<std::vector<Nanoseconds>> EchoPair::round_trips(std::uint64_t count,
                                                       Nanoseconds pause) const {
  std::vector<Nanoseconds> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::this_thread::sleep_for(pause);
    const Clock::time_point begin = Clock::now();
    if (!pass_on(near_, far_) || !pass_on(far_, near_)) {
      return socket_error("send there and back");
    }
    out.push_back(Clock::now() - begin);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::uint64_t> EchoPair::stream(Nanoseconds duration) const {
  std::vector<char> chunk(kChunkBytes);
  std::uint64_t arrived = 0;
  for (const Clock::time_point end = Clock::now() + duration; Clock::now() < end;) {
    std::array<pollfd, 2> waits{{{near_.get(), POLLOUT, 0}, {far_.get(), POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), 100);
    if (waits[1].revents != 0) {
      const ssize_t got = ::recv(far_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
      if (got == 0) {
        return Error(Errc::link_closed, "receive: the other end closed");
      }
      arrived += got > 0 ? static_cast<std::uint64_t>(got) : 0;
    }
    if (waits[0].revents != 0 &&
        ::send(near_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
        errno != EAGAIN) {
      return socket_error("send");
    }
  }
  return arrived;
}

}  // namespace tercet::wan
