#include "core/net/tls_peer_check.h"

#include <algorithm>
#include <ctime>
#include <memory>

#include <openssl/x509v3.h>

namespace tercet::detail {
namespace {

int check_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

std::string subject_text(const X509* certificate, int nid) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, nid, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0) {
    return {};
  }
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) {
    return {};
  }
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text.find('\0') == std::string::npos ? text : std::string();
}

std::vector<std::string> subject_dns_names(const X509* certificate) {
  std::vector<std::string> out;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS) {
      continue;
    }
    const ASN1_STRING* text = name->d.dNSName;
    std::string value(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                      static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (value.find('\0') == std::string::npos) {
      out.push_back(std::move(value));
    }
  }
  GENERAL_NAMES_free(names);
  return out;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(const std::string& a, const std::string& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower(x) == lower(y);
         });
}

bool is_peer(const TlsInfo& info, const TlsPeer& peer) {
  const bool named = !info.common_name.empty() && peer.name == info.common_name &&
                     (peer.role.empty() || peer.role == info.role);
  return named && (peer.any_key || (info.peer_key &&
                                    std::find(peer.pins.begin(), peer.pins.end(), *info.peer_key) !=
                                        peer.pins.end()));
}

/// Runs for each certificate of the chain, and again when it is found bad.
int on_certificate(int chain_ok, X509_STORE_CTX* store) {
  const auto* connection = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* check = static_cast<const PeerCheck*>(SSL_get_ex_data(connection, check_index()));
  bool good = chain_ok == 1;
  if (good && check != nullptr && X509_STORE_CTX_get_error_depth(store) == 0) {
    TlsInfo info;
    describe_certificate(X509_STORE_CTX_get_current_cert(store), info);
    good = check->admits(info);
    if (!good) {
      X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    }
  }
  if (!good && check != nullptr && check->alert_handshake_failure) {
    // OpenSSL turns this one into alert 40, which AWS's test client wants to see.
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  }
  return good ? 1 : 0;
}

}  // namespace

bool PeerCheck::admits(const TlsInfo& info) const {
  if (only_peers) {
    return std::any_of(
        peers.begin(), peers.end(), [&info](const TlsPeer& peer) { return is_peer(info, peer); });
  }
  if (names.empty()) {
    return true;
  }
  // DNS names in subjectAltName; the common name only where there are none. No wildcards.
  return std::any_of(names.begin(), names.end(), [&info](const std::string& name) {
    if (info.dns_names.empty()) {
      return !info.common_name.empty() && same_name(name, info.common_name);
    }
    return std::any_of(info.dns_names.begin(),
                       info.dns_names.end(),
                       [&name](const std::string& dns) { return same_name(name, dns); });
  });
}

void install_peer_check(SSL_CTX* context, bool require_certificate) {
  const int mode =
      require_certificate ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE;
  SSL_CTX_set_verify(context, mode, on_certificate);
}

void set_peer_check(SSL* connection, const PeerCheck* check) {
  SSL_set_ex_data(connection, check_index(), const_cast<PeerCheck*>(check));
}

void describe_certificate(const X509* certificate, TlsInfo& into) {
  into.common_name = subject_text(certificate, NID_commonName);
  into.role = subject_text(certificate, NID_organizationalUnitName);
  into.dns_names = subject_dns_names(certificate);
  into.peer_key = key_pin_of(certificate);
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) == 1) {
    into.peer_expires_unix = ::timegm(&when);
  }
}

}  // namespace tercet::detail
