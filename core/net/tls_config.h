#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/key_pin.h"

// OpenSSL's own name for its context; only core/net includes <openssl/ssl.h>.
struct ssl_ctx_st;

namespace tercet {

class TlsInfo;

namespace detail {
class PeerCheck;
}

/// One process that an internal link may speak to: CN and OU of its certificate, and the pins of
/// the keys that it may show. The authority's word alone makes nobody a peer.
class TlsPeer {
 public:
  /// No pins: nobody passes.
  TlsPeer(std::string peer_name, std::string peer_role, std::vector<KeyPin> key_pins)
      : name(std::move(peer_name)), role(std::move(peer_role)), pins(std::move(key_pins)) {}

  /// Whoever the authority calls so, with any key: for tests only (a lint test keeps it there).
  static TlsPeer with_any_key(std::string peer_name, std::string peer_role) {
    TlsPeer peer(std::move(peer_name), std::move(peer_role), {});
    peer.any_key = true;
    return peer;
  }

  bool operator==(const TlsPeer&) const = default;

  std::string name;          ///< exact common name
  std::string role;          ///< "node", "proxy" or "admin"; empty: any
  std::vector<KeyPin> pins;  ///< one of them
  bool any_key = false;      ///< the pins are not looked at
};

/// The XKS side of the proxy (XKS reference 3 and 16). Paths of PEM files; the certificate file
/// holds the whole chain without the root.
class XksServerTls {
 public:
  XksServerTls() = default;
  std::string certificate;
  std::string private_key;
  std::string client_ca;                  ///< empty: no client certificates
  std::vector<std::string> client_names;  ///< exact names, one must match; needed with client_ca
};

/// Internal links: TLS 1.3, private CA, certificates on both sides.
class LinkTls {
 public:
  LinkTls() = default;
  std::string certificate;
  std::string private_key;
  std::string ca;
  std::string own_name;  ///< what the certificate must say: CN; empty: not checked
  std::string own_role;  ///< and OU
  /// What the peers know of our key: a certificate that they would refuse is refused here, with a
  /// word that helps. Empty: not checked.
  std::vector<KeyPin> own_pins;
};

/// A client of a public or private HTTPS server, as KMS is one.
class HttpsClientTls {
 public:
  HttpsClientTls() = default;
  std::string ca;                    ///< empty: the system's roots
  std::vector<std::string> more_ca;  ///< further files of roots, with `ca`
  std::string certificate;           ///< optional client certificate
  std::string private_key;
};

/// What a server does in a handshake. Cheap to copy: shares one immutable OpenSSL context.
/// Threads: immutable; reloading means making a new one and putting it in place (TlsServerSlot).
class TlsServerContext {
 public:
  /// The certificate is in its time, or there is no context: here and in all that follow.
  /// Suites of XKS reference 3, TLS 1.2 and 1.3, no renegotiation, compression or early data;
  /// failed client authentication ends with alert 40 (handshake_failure).
  /// Errors: config_error (missing or unusable file, key and certificate do not match, ...).
  static Result<TlsServerContext> for_xks(const XksServerTls& files);
  /// TLS 1.3 only; the peer's certificate must chain to the CA and be one of `allowed`
  /// (none: nobody is let in).
  static Result<TlsServerContext> for_links(const LinkTls& files, std::vector<TlsPeer> allowed);

  /// notAfter of our own certificate, seconds since 1970; for the expiry metric.
  std::int64_t expires_unix() const;
  /// DNS names in our own certificate.
  const std::vector<std::string>& own_names() const;
  /// Whether client certificates are demanded.
  bool mutual() const;
  /// Whether a certificate with these names would be let in now (after a reload).
  bool admits(const TlsInfo& peer) const;

  ssl_ctx_st* native() const;
  const detail::PeerCheck* peer_check() const;

  struct State;

  explicit TlsServerContext(std::shared_ptr<const State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<const State> state_;
};

/// What a client does in a handshake.
class TlsClientContext {
 public:
  static Result<TlsClientContext> for_links(const LinkTls& files);
  static Result<TlsClientContext> for_https(const HttpsClientTls& files);

  std::int64_t expires_unix() const;  ///< of our own certificate; 0 without one
  ssl_ctx_st* native() const;

  struct State;

  explicit TlsClientContext(std::shared_ptr<const State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<const State> state_;
};

/// Where a listener looks for its context at each new connection, so that certificates, CA and
/// names change without a restart. Threads: one executor.
class TlsServerSlot {
 public:
  explicit TlsServerSlot(TlsServerContext context) : current_(std::move(context)) {}

  const TlsServerContext& current() const { return current_; }

  void replace(TlsServerContext context) { current_ = std::move(context); }

 private:
  TlsServerContext current_;
};

}  // namespace tercet
