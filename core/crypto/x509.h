#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/secret/secret_bytes.h"

/// A small certificate authority for internal links and development clusters: EC P-256 keys, PEM
/// files. Roles are in the subject: OU = node | proxy | admin, CN = the name in the cluster file.
namespace tercet {

/// What a certificate says.
class CertificateSpec {
 public:
  CertificateSpec() = default;
  std::string common_name;
  std::string role;                    ///< becomes OU; empty: none
  std::vector<std::string> dns_names;  ///< subject alternative names
  std::vector<std::string> ip_addresses;
  bool server_auth = true;
  bool client_auth = true;
  int valid_days = 825;
};

/// A certificate with its private key, both PEM. Move-only.
class IssuedCertificate {
 public:
  IssuedCertificate(std::string certificate, SecretBytes private_key)
      : certificate_pem(std::move(certificate)), private_key_pem(std::move(private_key)) {}

  std::string certificate_pem;
  SecretBytes private_key_pem;

  /// The certificate with mode 0644, the key 0600; new files. Errors: already_exists, io_error.
  Status write(const std::string& certificate_path, const std::string& private_key_path) const;
};

/// Threads: one at a time.
class CertificateAuthority {
 public:
  /// A new self-signed root. Errors: crypto_failure.
  static Result<CertificateAuthority> create(const std::string& common_name, int valid_days = 3650);
  /// Errors: config_error.
  static Result<CertificateAuthority> load(const std::string& certificate_path,
                                           const std::string& private_key_path);

  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
  ~CertificateAuthority();

  /// A certificate with a fresh key. Errors: invalid_argument (no name, bad address),
  /// crypto_failure.
  Result<IssuedCertificate> issue(const CertificateSpec& spec) const;

  std::string certificate_pem() const;
  /// Errors: as IssuedCertificate::write.
  Status write(const std::string& certificate_path, const std::string& private_key_path) const;

 private:
  class Impl;
  explicit CertificateAuthority(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace tercet
