#pragma once

#include <memory>

#include <openssl/ssl.h>

#include "core/net/tls_config.h"
#include "core/net/tls_peer_check.h"

namespace tercet {

namespace detail {

class FreeSslContext {
 public:
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

using SslContextPtr = std::unique_ptr<SSL_CTX, FreeSslContext>;

}  // namespace detail

struct TlsServerContext::State {
  detail::SslContextPtr context;
  detail::PeerCheck check;
  bool mutual = false;
  std::int64_t expires_unix = 0;
  std::vector<std::string> own_names;
};

struct TlsClientContext::State {
  detail::SslContextPtr context;
  std::int64_t expires_unix = 0;
};

}  // namespace tercet
