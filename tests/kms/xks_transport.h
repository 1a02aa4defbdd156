#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "core/http/http_message.h"
#include "core/net/byte_stream.h"
#include "core/net/tls_config.h"
#include "tests/kms/xks_problem.h"

namespace tercet::kms {

/// Where a proxy is: the name that its certificate carries, and the address behind it.
class XksEndpoint {
 public:
  XksEndpoint() = default;
  /// `url` as a store has it: "https://name" or "https://name:port". `connect_to` maps "name:port"
  /// to "address:port".
  static XksEndpoint of(const std::string& url,
                        const std::map<std::string, std::string>& connect_to);

  std::string host_name;  ///< of SNI and certificate
  std::string host;       ///< of the Host header: with the port if the URL has one
  std::string address;    ///< "address:port" to connect to
};

/// An HTTP answer, or why there is none.
class XksReply {
 public:
  explicit XksReply(XksProblem why) : problem(why) {}

  explicit XksReply(HttpResponse answer) : response(std::move(answer)) {}

  std::optional<XksProblem> problem;  ///< timed_out, unreachable, no_tls or malformed
  HttpResponse response;
};

/// A proxy's certificate as last seen.
class SeenCertificate {
 public:
  SeenCertificate() = default;
  std::string common_name;
  std::int64_t expires_unix = 0;
};

/// HTTPS to proxies over kept connections, one request at a time on each and as many connections
/// as there are requests, so that no request waits for another. Written apart from the product's
/// own client, so that a shared misreading does not hide in both.
/// Threads: one executor. Lifetime: no request under way at destruction.
class XksTransport {
 public:
  XksTransport(asio::any_io_executor executor, TlsClientContext tls);
  ~XksTransport();

  /// One attempt; the time limit covers everything, a new connection's set-up too. A kept
  /// connection that turns out dead before a byte came back is replaced by a new one, once.
  Task<XksReply> send(XksEndpoint endpoint, HttpRequest request, Deadline until);

  /// By host name.
  const std::map<std::string, SeenCertificate>& certificates() const { return certificates_; }

 private:
  class Idle {
   public:
    Idle(std::unique_ptr<ByteStream> connection, SteadyTime when)
        : stream(std::move(connection)), since(when) {}

    std::unique_ptr<ByteStream> stream;
    SteadyTime since;
  };

  using Pool = std::deque<Idle>;

  class Opened {
   public:
    explicit Opened(XksProblem why) : problem(why) {}

    explicit Opened(std::unique_ptr<ByteStream> connection) : stream(std::move(connection)) {}

    XksProblem problem = XksProblem::unreachable;
    std::unique_ptr<ByteStream> stream;  ///< null: see problem
  };

  std::unique_ptr<ByteStream> take_idle(Pool& pool);
  Task<Opened> open(XksEndpoint endpoint, Deadline until);
  Task<XksReply> exchange(std::unique_ptr<ByteStream> stream,
                          const Bytes& wire,
                          Pool& pool,
                          Deadline until,
                          bool& answered);

  asio::any_io_executor executor_;
  TlsClientContext tls_;
  std::map<std::string, Pool> pools_;  ///< by address and host name
  std::map<std::string, SeenCertificate> certificates_;
};

}  // namespace tercet::kms
