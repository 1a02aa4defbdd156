#include "tests/support/test_certificates.h"

#include <fcntl.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/random/random.h"

namespace tercet::test {
namespace {

constexpr long kSecondsPerDay = 86400;

EVP_PKEY* make_key(bool rsa) {
  return rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})
             : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
}

template <class Print>
std::string pem_of(Print print) {
  BIO* memory = BIO_new(BIO_s_mem());
  TERCET_CHECK(print(memory) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return out;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  TERCET_CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void write_file(const std::string& path, const std::string& content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  TERCET_CHECK(::write(file, content.data(), content.size()) ==
               static_cast<ssize_t>(content.size()));
  ::close(file);
}

}  // namespace

TestCertificate::TestCertificate(const TestCertificateSpec& spec, const TestCertificate* issuer)
    : certificate_(X509_new()), key_(make_key(spec.rsa)), root_(issuer == nullptr) {
  X509* certificate = certificate_.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate),
                          load_u64(system_random().array<8>()) >> 1U);
  X509_gmtime_adj(X509_getm_notBefore(certificate), spec.begins_in_days * kSecondsPerDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), spec.ends_in_days * kSecondsPerDay);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject,
                             "CN",
                             MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(spec.common_name.c_str()),
                             -1,
                             -1,
                             0);
  X509* above = root_ ? certificate : issuer->certificate_.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(above));
  X509_set_pubkey(certificate, key_.get());
  if (spec.authority) {
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  std::string names;
  for (const std::string& name : spec.dns_names) {
    names += (names.empty() ? "DNS:" : ",DNS:") + name;
  }
  if (!names.empty()) {
    add_extension(certificate, NID_subject_alt_name, names);
  }
  EVP_PKEY* signer = root_ ? key_.get() : issuer->key_.get();
  TERCET_CHECK(X509_sign(certificate, signer, EVP_sha256()) > 0);
  if (!root_ && !issuer->root_) {
    chain_ = issuer->pem() + issuer->chain_;
  }
}

TestCertificate TestCertificate::self_signed(const TestCertificateSpec& spec) {
  return TestCertificate(spec, nullptr);
}

TestCertificate TestCertificate::issue(const TestCertificateSpec& spec) const {
  return TestCertificate(spec, this);
}

std::string TestCertificate::pem() const {
  return pem_of([this](BIO* into) { return PEM_write_bio_X509(into, certificate_.get()); });
}

void TestCertificate::write(const std::string& base) const {
  write_file(base + ".crt", pem() + chain_);
  write_file(base + ".key", pem_of([this](BIO* into) {
               return PEM_write_bio_PrivateKey(
                   into, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
             }));
}

}  // namespace tercet::test
