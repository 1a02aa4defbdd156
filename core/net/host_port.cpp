#include <charconv>

#include "core/net/connector.h"

namespace tercet {

Result<HostPort> HostPort::parse(const std::string& address) {
  const Error bad(Errc::config_error, "address: not of the form host:port");
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return bad;
  }
  HostPort out;
  out.host = address.substr(0, colon);
  if (out.host.front() == '[') {
    if (out.host.size() < 3 || out.host.back() != ']') {
      return bad;
    }
    out.host = out.host.substr(1, out.host.size() - 2);
  } else if (out.host.find(':') != std::string::npos) {
    return bad;
  }
  const char* begin = address.data() + colon + 1;
  const char* end = address.data() + address.size();
  const auto [stop, failed] = std::from_chars(begin, end, out.port);
  if (failed != std::errc() || stop != end) {
    return bad;
  }
  return out;
}

}  // namespace tercet
