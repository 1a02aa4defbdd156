#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::test {

/// A response as it came, for tests that look at its form.
class RawResponse {
 public:
  RawResponse() = default;
  unsigned status = 0;  ///< 0: none came
  std::string head;     ///< status line and headers, without the empty line
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The value of the header, any case; nothing if absent or there more than once.
  std::optional<std::string> header(std::string_view name) const;
};

/// How to connect; what is left empty is OpenSSL's default.
class TlsClientOptions {
 public:
  TlsClientOptions() = default;
  std::uint16_t port = 0;               ///< of 127.0.0.1
  bool tls = true;                      ///< false: plain TCP
  std::string host_name = "localhost";  ///< SNI, and what the certificate must name
  std::string ca_file;                  ///< with it, the server's certificate is checked fully
  int lowest_version = 0;               ///< TLS1_2_VERSION, ...
  int highest_version = 0;
  std::string suites12;
  std::string suites13;
  std::vector<std::string> alpn;
  std::string certificate;  ///< client's chain and key, PEM files
  std::string private_key;
  std::shared_ptr<SSL_SESSION> session;  ///< to resume
  std::string early_data;                ///< sent before the handshake is over
  bool weak = false;  ///< allow what OpenSSL itself refuses by now (security level 0)
};

/// A blocking client connection that sends whatever bytes a test wants. Nothing waits for ever:
/// every read and write ends with an error after `limit`.
class TlsClient {
 public:
  explicit TlsClient(const TlsClientOptions& options, Milliseconds limit = Milliseconds(30'000));
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return failure_.empty(); }

  /// Why not connected, or why the last read or write failed: OpenSSL's words, an alert among them.
  const std::string& failure() const { return failure_; }

  bool send(std::string_view bytes);
  /// status 0: the connection ended or the limit passed first.
  RawResponse read_response(bool to_head_request = false);
  /// Bytes until (and with) this mark; less if the connection ended.
  std::string read_until(std::string_view mark);
  /// Whether the peer ends the connection within the limit, without sending more.
  bool ends(Milliseconds limit);
  /// Drops the connection without any closing message.
  void drop();

  std::string version() const;
  std::string suite() const;
  std::string alpn() const;
  bool resumed() const;
  bool early_data_accepted() const;
  /// For a later connection; read at least one response first (TLS 1.3 tickets come after it).
  std::shared_ptr<SSL_SESSION> session() const;

 private:
  class FreeContext {
   public:
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  class FreeSsl {
   public:
    void operator()(SSL* connection) const { SSL_free(connection); }
  };

  bool connect_tcp(std::uint16_t port);
  bool configure(const TlsClientOptions& options);
  bool send_early(const std::string& data);
  bool fill();
  bool fail(const std::string& what);
  void set_limit(Milliseconds limit) const;

  Milliseconds limit_;
  std::string failure_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> connection_;
  int socket_ = -1;
  bool ended_ = false;
  std::string input_;
};

}  // namespace tercet::test
