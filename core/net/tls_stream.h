#pragma once

#include <memory>
#include <string>

#include "core/net/byte_stream.h"
#include "core/net/tcp_socket.h"
#include "core/net/tls_config.h"

namespace tercet {

/// The server side on an accepted socket: shakes hands first, then it is a stream.
class TlsAcceptor : public ByteStream {
 public:
  /// A refused client gets its alert: after a failure our side is ended and what the client has
  /// already sent is read for up to a second, since a reset would overtake the alert (XKS reference
  /// 16). Errors: denied (certificate), link_closed (also by abort()), timeout, closed.
  virtual Task<Status> handshake(Deadline until) = 0;
};

std::unique_ptr<TlsAcceptor> make_tls_acceptor(asio::ip::tcp::socket socket,
                                               TlsServerContext context);

/// Client side; exactly one of `host_name` and `peer` is set.
Task<Result<std::unique_ptr<ByteStream>>> start_tls(asio::ip::tcp::socket socket,
                                                    TlsClientContext context,
                                                    std::string host_name,
                                                    std::optional<TlsPeer> peer,
                                                    Deadline until);

}  // namespace tercet
