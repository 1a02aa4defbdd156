#pragma once

#include <memory>

#include "core/net/byte_stream.h"
#include "core/net/tcp_socket.h"

namespace tercet {

/// TCP without TLS: the proxy's plain port for /metrics and /ping.
std::unique_ptr<ByteStream> make_plain_stream(asio::ip::tcp::socket socket);

}  // namespace tercet
