#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/async/task.h"
#include "core/net/byte_stream.h"
#include "core/net/tls_config.h"
#include "core/net/waiting_room.h"

namespace tercet {

class ListenerOptions {
 public:
  ListenerOptions() = default;
  std::string address;                          ///< "127.0.0.1:0", "[::]:443", "0.0.0.0:8443"
  std::shared_ptr<TlsServerSlot> tls;           ///< null: plain TCP
  std::size_t connections_max = 4096;           ///< counted from accept, before TLS
  std::size_t connections_per_address_max = 0;  ///< of one client address; 0: no such limit
  Milliseconds handshake_limit{5000};
};

/// Counts since start, for metrics.
class ListenerCounts {
 public:
  std::uint64_t accepted = 0;
  std::uint64_t made_room = 0;          ///< that waited, cut off for a new one: the port was full
  std::uint64_t refused_full = 0;       ///< closed at once: full, and none of those open waited
  std::uint64_t refused_crowded = 0;    ///< closed at once: too many of its address
  std::uint64_t handshakes_failed = 0;  ///< TLS refused, timed out, or the client went away
  std::uint64_t accept_errors = 0;      ///< out of descriptors and the like
};

/// Called once per connection whose handshake succeeded; the connection ends when the task does.
using ConnectionHandler = std::function<Task<void>(std::unique_ptr<ByteStream>)>;

/// Called for each failed handshake with fixed text, for the log; rate-limit there.
using HandshakeFailureHandler = std::function<void(const std::string& remote, const Error& why)>;

/// A bound, listening socket and its accept loop. When it is full, a new connection is taken in the
/// place of one that waits (waiting_room.h).
/// Threads: one executor. Lifetime: run() must have returned before destruction.
class Listener {
 public:
  /// Errors: config_error (address does not parse), io_error (cannot bind).
  static Result<std::unique_ptr<Listener>> bind(const asio::any_io_executor& executor,
                                                ListenerOptions options);
  virtual ~Listener() = default;

  /// The port in use, also when 0 was asked for.
  virtual std::uint16_t port() const = 0;
  /// "127.0.0.1:41234".
  virtual std::string address() const = 0;
  /// Accepts until stop_accepting() or close(), then waits for the open connections' tasks.
  virtual Task<void> run(ConnectionHandler handler) = 0;
  /// No new connections; open ones go on, and run() returns after the last.
  virtual void stop_accepting() = 0;
  /// stop_accepting(), and cancels the tasks of all connections.
  virtual void close() = 0;
  virtual std::size_t open_connections() const = 0;
  virtual const ListenerCounts& counts() const = 0;
  /// Where a handler says that its connection waits for the client. Handshakes are there anyway.
  virtual WaitingRoom& waiting_room() = 0;

  HandshakeFailureHandler on_handshake_failure;
};

}  // namespace tercet
