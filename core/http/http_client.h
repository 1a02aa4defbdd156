#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/async/task.h"
#include "core/http/http_codec.h"
#include "core/http/http_message.h"
#include "core/net/connector.h"

namespace tercet {

class HttpClientOptions {
 public:
  HttpClientOptions() = default;
  std::string address;                  ///< "host:port" to connect to
  std::optional<TlsClientContext> tls;  ///< absent: plain HTTP
  std::string host_name;                ///< the server's certificate must name it (HTTPS)
  std::optional<TlsPeer> pinned_peer;   ///< instead of host_name: exact CN and role (admin API)
  std::size_t connections_max = 64;     ///< open at once; more requests wait
  HttpLimits limits = default_limits();

  static HttpLimits default_limits() {
    HttpLimits limits;
    limits.body_bytes = 4U << 20U;
    return limits;
  }
};

/// Requests to one server over persistent connections; each connection carries one request at a
/// time. A request on a kept connection that the server has meanwhile closed is sent once more on a
/// new one, if not a byte of an answer had come.
/// Threads: one executor. Lifetime: no request under way at destruction.
class HttpClient {
 public:
  static std::unique_ptr<HttpClient> make(const asio::any_io_executor& executor,
                                          HttpClientOptions options);
  virtual ~HttpClient() = default;

  /// Sends the request as it is (a Host header is added if there is none) and waits for the answer.
  /// Errors: timeout, link_closed, denied (server's certificate), peer_malformed, closed.
  virtual Task<Result<HttpResponse>> send(HttpRequest request, Deadline until) = 0;
  /// Closes the kept connections.
  virtual void close_idle() = 0;
  /// Connections made so far.
  virtual std::size_t connections_made() const = 0;
};

}  // namespace tercet
