#include "core/net/connector.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"
#include "core/net/plain_stream.h"
#include "core/net/tls_stream.h"

namespace tercet {
namespace {

using asio::ip::tcp;

class Endpoints {
 public:
  Endpoints() = default;
  std::vector<tcp::endpoint> list;
};

Task<Result<Endpoints>> resolve(HostPort address) {
  Endpoints out;
  boost::system::error_code not_literal;
  const asio::ip::address literal = asio::ip::make_address(address.host, not_literal);
  if (!not_literal) {
    out.list.emplace_back(literal, address.port);
    co_return out;
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const std::string port = std::to_string(address.port);
  auto [failed, found] =
      co_await resolver.async_resolve(address.host, port, asio::as_tuple(asio::use_awaitable));
  if (failed) {
    co_return Error(Errc::link_closed, "connect: the host name is not known");
  }
  for (const auto& entry : found) {
    out.list.push_back(entry.endpoint());
  }
  co_return out;
}

class Connected {
 public:
  explicit Connected(tcp::socket connected) : socket(std::move(connected)) {}

  tcp::socket socket;
};

Task<Result<Connected>> connect_any(HostPort address) {
  TERCET_CO_TRY(const Endpoints endpoints, co_await resolve(std::move(address)));
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  for (const tcp::endpoint& endpoint : endpoints.list) {
    const bool ending = co_await cancelled();
    if (ending) {
      co_return Error(Errc::closed, "connect: the task was cancelled");
    }
    tcp::socket socket(executor);
    auto [failed] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    if (!failed) {
      co_return Connected(std::move(socket));
    }
  }
  co_return Error(Errc::link_closed, "connect: refused or unreachable");
}

Task<Result<Connected>> connect_by(std::string address, Deadline until) {
  TERCET_CO_TRY(HostPort parsed, HostPort::parse(address));
  Task<Result<Connected>> connecting = connect_any(std::move(parsed));
  co_return co_await with_deadline(std::move(connecting), until);
}

}  // namespace

Task<Result<std::unique_ptr<ByteStream>>> connect_tcp(std::string address, Deadline until) {
  TERCET_CO_TRY(Connected connected, co_await connect_by(std::move(address), until));
  co_return make_plain_stream(std::move(connected.socket));
}

Task<Result<std::unique_ptr<ByteStream>>> connect_link(std::string address,
                                                       TlsClientContext context,
                                                       TlsPeer peer,
                                                       Deadline until) {
  TERCET_CO_TRY(Connected connected, co_await connect_by(std::move(address), until));
  std::optional<TlsPeer> pinned(std::move(peer));
  co_return co_await start_tls(
      std::move(connected.socket), std::move(context), std::string(), std::move(pinned), until);
}

Task<Result<std::unique_ptr<ByteStream>>> connect_https(std::string address,
                                                        TlsClientContext context,
                                                        std::string host_name,
                                                        Deadline until) {
  if (host_name.empty()) {
    co_return Error(Errc::config_error, "connect: a host name is needed to check the certificate");
  }
  TERCET_CO_TRY(Connected connected, co_await connect_by(std::move(address), until));
  std::optional<TlsPeer> nobody;
  co_return co_await start_tls(std::move(connected.socket),
                               std::move(context),
                               std::move(host_name),
                               std::move(nobody),
                               until);
}

}  // namespace tercet
