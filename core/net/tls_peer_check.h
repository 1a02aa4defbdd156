#pragma once

#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "core/net/byte_stream.h"
#include "core/net/tls_config.h"

namespace tercet::detail {

/// Which certificate the other side must show, beyond a valid chain. Hung on the SSL object; its
/// owner outlives the connection.
class PeerCheck {
 public:
  PeerCheck() = default;
  std::vector<std::string> names;        ///< one must match exactly (XKS reference 16)
  std::vector<TlsPeer> peers;            ///< one must match: CN, role, key (internal links)
  bool only_peers = false;               ///< internal links: without `peers` nobody passes
  bool alert_handshake_failure = false;  ///< every failure shows as alert 40

  bool admits(const TlsInfo& info) const;
};

/// Makes the context's handshakes use the PeerCheck of their SSL object.
void install_peer_check(SSL_CTX* context, bool require_certificate);
void set_peer_check(SSL* connection, const PeerCheck* check);

/// Subject, names and expiry of a certificate. Unusual subjects (two common names, NUL inside)
/// leave the field empty, which matches nothing.
void describe_certificate(const X509* certificate, TlsInfo& into);

}  // namespace tercet::detail
