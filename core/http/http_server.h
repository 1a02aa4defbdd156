#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/async/task.h"
#include "core/http/http_codec.h"
#include "core/http/http_message.h"
#include "core/net/listener.h"

namespace tercet {

/// Answers one request. May run for several connections at the same time. Cancelled (waits end with
/// `closed`) when the client goes away; its answer is then dropped.
/// As everywhere: a plain lambda that returns the member coroutine's Task, never a capturing lambda
/// coroutine.
using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;

class HttpServerOptions {
 public:
  HttpServerOptions() = default;
  ListenerOptions listener;
  HttpLimits limits;
  Milliseconds header_limit{5000};  ///< first byte of a request to the end of its head
  Milliseconds body_limit{5000};    ///< end of the head to the end of the body
  Milliseconds first_limit{10000};  ///< from the handshake to the end of the first request
  Milliseconds idle_limit{600000};  ///< between requests
  Milliseconds write_limit{5000};   ///< one response
  /// Only answers with `proves_client` make a client known to the waiting room; else any does.
  bool proof_needed = false;
};

class HttpServerCounts {
 public:
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;    ///< 400, 413, 414, 431, 505 by the codec
  std::uint64_t timed_out = 0;  ///< head or body too slow
  std::uint64_t silent = 0;     ///< closed since no first request came in time
  std::uint64_t abandoned = 0;  ///< the client went away while its request was handled
};

/// HTTP/1.1 over the listener's streams: keep-alive, pipelining in order, time limits, draining
/// (XKS reference 3, 4, 19). No routing: the handler sees every well-formed request.
/// Threads: one executor. Lifetime: run() must have returned before destruction.
class HttpServer {
 public:
  /// Binds; errors as Listener::bind.
  static Result<std::unique_ptr<HttpServer>> bind(const asio::any_io_executor& executor,
                                                  HttpServerOptions options,
                                                  HttpHandler handler);
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  /// Serves until stop() or close() is done.
  virtual Task<void> run() = 0;
  /// From now on every response closes its connection; new connections are still served.
  virtual void begin_drain() = 0;
  /// No new connections. Idle ones end; requests under way, and the first one of a connection that
  /// has brought none yet, are answered until the deadline, then cut off. run() returns soon after.
  virtual Task<void> stop(Deadline until) = 0;
  /// Cuts everything off now.
  virtual void close() = 0;
  /// After a change of allowed names: ends connections for which `admitted` says no.
  virtual void close_unless(const std::function<bool(const TlsInfo*)>& admitted) = 0;
  virtual std::size_t open_connections() const = 0;
  virtual const HttpServerCounts& counts() const = 0;
  virtual Listener& listener() = 0;
};

}  // namespace tercet
