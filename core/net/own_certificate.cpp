#include "core/net/own_certificate.h"

#include <ctime>

#include "core/net/tls_peer_check.h"

namespace tercet::detail {
namespace {

/// "2026-12-01".
std::string print_day(const ASN1_TIME* time) {
  std::tm when{};
  char text[sizeof "2026-12-01"] = "unknown";
  if (ASN1_TIME_to_tm(time, &when) == 1) {
    std::strftime(text, sizeof text, "%Y-%m-%d", &when);
  }
  return text;
}

std::string print_name(const std::string& name, const std::string& role) {
  return (name.empty() ? "nobody" : name) + (role.empty() ? "" : " (" + role + ")");
}

}  // namespace

Status check_own_certificate(const X509* certificate,
                             const std::string& file,
                             const std::string& name,
                             const std::string& role) {
  const ASN1_TIME* const ends = X509_get0_notAfter(certificate);
  if (X509_cmp_current_time(ends) <= 0) {
    return Error(Errc::config_error, "TLS: " + file + " has expired on " + print_day(ends))
        .hint("have a new certificate made and put it in its place");
  }
  const ASN1_TIME* const begins = X509_get0_notBefore(certificate);
  if (X509_cmp_current_time(begins) > 0) {
    return Error(Errc::config_error, "TLS: " + file + " begins on " + print_day(begins) + " only")
        .hint("is this machine's clock right?");
  }
  if (name.empty()) {
    return ok_status();
  }
  TlsInfo subject;
  describe_certificate(certificate, subject);
  if (subject.common_name != name || subject.role != role) {
    return Error(Errc::config_error,
                 "TLS: " + file + " is the certificate of " +
                     print_name(subject.common_name, subject.role) + ", not of " +
                     print_name(name, role))
        .hint("its CN must be the name in the cluster file, its OU node, proxy or admin");
  }
  return ok_status();
}

}  // namespace tercet::detail
