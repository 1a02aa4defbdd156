#include "core/net/tls_config.h"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/net/own_certificate.h"
#include "core/net/tls_context_state.h"

namespace tercet {

namespace {

// XKS reference 3: only forward-secret AEAD suites.
constexpr const char* kSuites13 = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kSuites12 = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr const char* kSessionContext = "tercet-xks";

using ContextPtr = detail::SslContextPtr;

Error unusable(const std::string& what, const std::string& file) {
  ERR_clear_error();
  return Error(Errc::config_error, "TLS: " + what + " cannot be used: " + file)
      .hint("it must be a readable PEM file; a private key must be without password");
}

int no_password(char*, int, int, void*) {
  return 0;
}

/// What all contexts have in common, servers and clients.
Status harden(SSL_CTX* context, int lowest_version) {
  SSL_CTX_set_default_passwd_cb(context, no_password);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_recv_max_early_data(context, 0);
  const bool ok = SSL_CTX_set_min_proto_version(context, lowest_version) == 1 &&
                  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                  SSL_CTX_set_ciphersuites(context, kSuites13) == 1 &&
                  SSL_CTX_set_cipher_list(context, kSuites12) == 1 &&
                  SSL_CTX_set1_groups_list(context, kGroups) == 1;
  if (!ok) {
    return Error(Errc::crypto_failure, "TLS: this OpenSSL lacks a required suite or group");
  }
  return ok_status();
}

/// A key that its group may read is allowed: that is how services get theirs.
Status check_key_mode(const std::string& private_key) {
  struct stat found {};

  if (::stat(private_key.c_str(), &found) == 0 && (found.st_mode & S_IRWXO) != 0) {
    return Error(Errc::config_error, "TLS: private key is open to everyone: " + private_key)
        .hint("chmod o= the file");
  }
  return ok_status();
}

Status use_identity(SSL_CTX* context,
                    const std::string& certificate,
                    const std::string& private_key,
                    std::int64_t& expires_unix) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return unusable("certificate", certificate);
  }
  TERCET_TRY_STATUS(check_key_mode(private_key));
  if (SSL_CTX_use_PrivateKey_file(context, private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable("private key", private_key);
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return unusable("private key (it does not belong to the certificate)", private_key);
  }
  const X509* const own = SSL_CTX_get0_certificate(context);
  TERCET_TRY_STATUS(detail::check_own_certificate(own, certificate, {}, {}));
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(own), &when) == 1) {
    expires_unix = ::timegm(&when);
  }
  return ok_status();
}

Status check_own_name(SSL_CTX* context, const LinkTls& files) {
  return detail::check_own_certificate(
      SSL_CTX_get0_certificate(context), files.certificate, files.own_name, files.own_role);
}

Status check_own_pin(SSL_CTX* context, const LinkTls& files) {
  const std::optional<KeyPin> pin = key_pin_of(SSL_CTX_get0_certificate(context));
  const std::vector<KeyPin>& known = files.own_pins;
  if (known.empty() || (pin && std::find(known.begin(), known.end(), *pin) != known.end())) {
    return ok_status();
  }
  return Error(Errc::config_error,
               "TLS: the cluster file pins other keys than that of " + files.certificate)
      .hint("put this one's pin into tls_pins of its entry, at all members: " +
            (pin ? print_key_pin(*pin) : std::string()));
}

Status use_ca(SSL_CTX* context, const std::string& ca, bool announce) {
  if (SSL_CTX_load_verify_file(context, ca.c_str()) != 1) {
    return unusable("CA certificate", ca);
  }
  if (announce) {
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(ca.c_str());
    if (names == nullptr) {
      return unusable("CA certificate", ca);
    }
    SSL_CTX_set_client_CA_list(context, names);
  }
  return ok_status();
}

/// Takes http/1.1 if the client offers it; ignores the extension otherwise.
int choose_http11(SSL*,
                  const unsigned char** out,
                  unsigned char* out_size,
                  const unsigned char* offered,
                  unsigned int offered_size,
                  void*) {
  static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Status check_names(const XksServerTls& files) {
  if (files.client_ca.empty() != files.client_names.empty()) {
    return Error(Errc::config_error, "TLS: client_ca and client_names go together")
        .hint("the CA alone authenticates nobody; the name check is the check");
  }
  for (const std::string& name : files.client_names) {
    if (name.empty() || name.front() == '.' || name.find('*') != std::string::npos) {
      return Error(Errc::config_error, "TLS: client_names must be exact names without wildcards");
    }
  }
  return ok_status();
}

Result<ContextPtr> new_context(const SSL_METHOD* method) {
  ContextPtr context(SSL_CTX_new(method));
  if (!context) {
    return Error(Errc::crypto_failure, "TLS: no context");
  }
  return context;
}

}  // namespace

Result<TlsServerContext> TlsServerContext::for_xks(const XksServerTls& files) {
  TERCET_TRY_STATUS(check_names(files));
  auto state = std::make_shared<State>();
  TERCET_TRY(state->context, new_context(TLS_server_method()));
  SSL_CTX* context = state->context.get();
  TERCET_TRY_STATUS(harden(context, TLS1_2_VERSION));
  TERCET_TRY_STATUS(
      use_identity(context, files.certificate, files.private_key, state->expires_unix));
  SSL_CTX_set_alpn_select_cb(context, choose_http11, nullptr);
  SSL_CTX_set_session_id_context(
      context, reinterpret_cast<const unsigned char*>(kSessionContext), sizeof "tercet-xks" - 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets only
  TlsInfo own;
  detail::describe_certificate(SSL_CTX_get0_certificate(context), own);
  state->own_names = std::move(own.dns_names);
  state->mutual = !files.client_ca.empty();
  state->check.names = files.client_names;
  state->check.alert_handshake_failure = true;
  if (state->mutual) {
    TERCET_TRY_STATUS(use_ca(context, files.client_ca, true));
  }
  detail::install_peer_check(context, state->mutual);
  return TlsServerContext(std::move(state));
}

Result<TlsServerContext> TlsServerContext::for_links(const LinkTls& files,
                                                     std::vector<TlsPeer> allowed) {
  auto state = std::make_shared<State>();
  TERCET_TRY(state->context, new_context(TLS_server_method()));
  SSL_CTX* context = state->context.get();
  TERCET_TRY_STATUS(harden(context, TLS1_3_VERSION));
  TERCET_TRY_STATUS(
      use_identity(context, files.certificate, files.private_key, state->expires_unix));
  TERCET_TRY_STATUS(check_own_name(context, files));
  TERCET_TRY_STATUS(check_own_pin(context, files));
  TERCET_TRY_STATUS(use_ca(context, files.ca, false));
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_http11, nullptr);
  state->mutual = true;
  state->check.only_peers = true;
  state->check.peers = std::move(allowed);
  detail::install_peer_check(context, true);
  return TlsServerContext(std::move(state));
}

const std::vector<std::string>& TlsServerContext::own_names() const {
  return state_->own_names;
}

std::int64_t TlsServerContext::expires_unix() const {
  return state_->expires_unix;
}

bool TlsServerContext::mutual() const {
  return state_->mutual;
}

bool TlsServerContext::admits(const TlsInfo& peer) const {
  return !state_->mutual || (peer.peer_verified && state_->check.admits(peer));
}

ssl_ctx_st* TlsServerContext::native() const {
  return state_->context.get();
}

const detail::PeerCheck* TlsServerContext::peer_check() const {
  return &state_->check;
}

Result<TlsClientContext> TlsClientContext::for_links(const LinkTls& files) {
  auto state = std::make_shared<State>();
  TERCET_TRY(state->context, new_context(TLS_client_method()));
  SSL_CTX* context = state->context.get();
  TERCET_TRY_STATUS(harden(context, TLS1_3_VERSION));
  TERCET_TRY_STATUS(
      use_identity(context, files.certificate, files.private_key, state->expires_unix));
  TERCET_TRY_STATUS(check_own_name(context, files));
  TERCET_TRY_STATUS(check_own_pin(context, files));
  TERCET_TRY_STATUS(use_ca(context, files.ca, false));
  detail::install_peer_check(context, true);
  return TlsClientContext(std::move(state));
}

Result<TlsClientContext> TlsClientContext::for_https(const HttpsClientTls& files) {
  auto state = std::make_shared<State>();
  TERCET_TRY(state->context, new_context(TLS_client_method()));
  SSL_CTX* context = state->context.get();
  TERCET_TRY_STATUS(harden(context, TLS1_2_VERSION));
  if (files.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else {
    TERCET_TRY_STATUS(use_ca(context, files.ca, false));
    for (const std::string& more : files.more_ca) {
      TERCET_TRY_STATUS(use_ca(context, more, false));
    }
  }
  if (!files.certificate.empty()) {
    TERCET_TRY_STATUS(
        use_identity(context, files.certificate, files.private_key, state->expires_unix));
  }
  detail::install_peer_check(context, true);
  return TlsClientContext(std::move(state));
}

std::int64_t TlsClientContext::expires_unix() const {
  return state_->expires_unix;
}

ssl_ctx_st* TlsClientContext::native() const {
  return state_->context.get();
}

}  // namespace tercet
