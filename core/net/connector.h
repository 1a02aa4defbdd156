#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "core/net/byte_stream.h"
#include "core/net/tls_config.h"

namespace tercet {

/// Connects to "host:port" ("[::1]:443", "node-1.example:7001"), TCP_NODELAY set.
/// Errors: config_error (address), link_closed (refused, unreachable, unknown host), timeout.
Task<Result<std::unique_ptr<ByteStream>>> connect_tcp(std::string address, Deadline until);

/// The same with TLS on it; the server must be exactly `peer` (CN and role of its certificate).
/// The host name in the address is not looked at: links are pinned to the cluster file.
/// Errors: as connect_tcp; denied (certificate or name refused by us), link_closed (by the server;
/// in TLS 1.3 a server's refusal may show only at the first read).
Task<Result<std::unique_ptr<ByteStream>>> connect_link(std::string address,
                                                       TlsClientContext context,
                                                       TlsPeer peer,
                                                       Deadline until);

/// The same as a web client: the certificate must name `host_name` (also sent as SNI).
Task<Result<std::unique_ptr<ByteStream>>> connect_https(std::string address,
                                                        TlsClientContext context,
                                                        std::string host_name,
                                                        Deadline until);

/// "host:port" taken apart; brackets of IPv6 removed. Errors: config_error.
class HostPort {
 public:
  HostPort() = default;
  static Result<HostPort> parse(const std::string& address);
  std::string host;
  std::uint16_t port = 0;
};

}  // namespace tercet
