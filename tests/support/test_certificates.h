#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace tercet::test {

/// What a certificate of a test says; the product's own CertificateAuthority makes good ones only.
class TestCertificateSpec {
 public:
  TestCertificateSpec() = default;

  explicit TestCertificateSpec(std::string name) : common_name(std::move(name)) {}

  std::string common_name;
  std::vector<std::string> dns_names;
  bool rsa = false;  ///< else EC P-256
  bool authority = false;
  long begins_in_days = -1;
  long ends_in_days = 30;
};

/// A certificate with its key, and those above it.
class TestCertificate {
 public:
  /// Self-signed.
  static TestCertificate self_signed(const TestCertificateSpec& spec);
  TestCertificate issue(const TestCertificateSpec& spec) const;

  /// The certificate alone, PEM.
  std::string pem() const;
  /// BASE.crt: the chain without the root; BASE.key.
  void write(const std::string& base) const;

 private:
  class Free {
   public:
    void operator()(X509* certificate) const { X509_free(certificate); }

    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };

  TestCertificate(const TestCertificateSpec& spec, const TestCertificate* issuer);

  std::unique_ptr<X509, Free> certificate_;
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::string chain_;  ///< issuers that are no roots, PEM
  bool root_ = false;
};

}  // namespace tercet::test
