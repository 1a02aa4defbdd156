#include "bench/emulator/subnet.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <sstream>

namespace tercet::wan {
namespace {

constexpr std::uint32_t kFirst = 0xC6120000U;  // 198.18.0.0
constexpr std::uint32_t kCount = 512;          // to 198.19.255.0
constexpr std::uint32_t kMask = 0xFFFFFF00U;
constexpr std::uint32_t kSpecificMask = 0xFF000000U;

/// An abstract socket name belongs to one network namespace and goes with its socket: a lock that
/// never stays behind.
Descriptor try_claim(const std::string& name) {
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "tercet-wan " + name;
  path.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size());
  if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    return Descriptor();
  }
  return socket;
}

}  // namespace

std::string print_address(std::uint32_t address) {
  const in_addr raw{htonl(address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &raw, text.data(), text.size());
  return text.data();
}

Result<std::uint32_t> parse_address(const std::string& text) {
  in_addr raw{};
  if (::inet_pton(AF_INET, text.c_str(), &raw) != 1) {
    return Error(Errc::invalid_argument, "expected an address, such as 198.18.0.1");
  }
  return ntohl(raw.s_addr);
}

std::vector<Route> parse_routes(const std::string& table) {
  std::vector<Route> out;
  std::istringstream lines(table);
  std::string line;
  std::getline(lines, line);  // the head
  while (std::getline(lines, line)) {
    // Iface Destination Gateway Flags RefCnt Use Metric Mask ...; addresses as the kernel has them
    std::istringstream fields(line);
    std::vector<std::string> words(std::istream_iterator<std::string>(fields), {});
    if (words.size() >= 8) {
      const auto number = [&](std::size_t i) {
        return ntohl(static_cast<std::uint32_t>(std::strtoul(words[i].c_str(), nullptr, 16)));
      };
      out.emplace_back(number(1), number(7));
    }
  }
  return out;
}

bool is_routed(std::uint32_t base, const std::vector<Route>& routes) {
  return std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
    const bool is_default = (route.mask & kSpecificMask) != kSpecificMask;
    const std::uint32_t common = route.mask & kMask;
    return !is_default && (route.destination & common) == (base & common);
  });
}

Result<Subnet> Subnet::claim(std::uint32_t preferred) {
  std::ifstream file("/proc/thread-self/net/route");
  const std::vector<Route> routes =
      parse_routes(std::string(std::istreambuf_iterator<char>(file), {}));
  const std::uint32_t begin = (preferred - kFirst) / 256;  // taken modulo: any address will do
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const std::uint32_t base = kFirst + (begin + i) % kCount * 256;
    if (is_routed(base, routes)) {
      continue;
    }
    if (Descriptor claimed = try_claim(print_address(base))) {
      return Subnet(base, std::move(claimed));
    }
  }
  return Error(Errc::exhausted, "find addresses in 198.18.0.0/15: routes lead to all of it")
      .hint("`ip route` shows them; remove one, or use a machine where the range is free");
}

}  // namespace tercet::wan
