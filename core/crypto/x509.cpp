#include "core/crypto/x509.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/random/random.h"
#include "core/secret/secret_file.h"

namespace tercet {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertPtr = std::unique_ptr<X509, decltype(&X509_free)>;
using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;

constexpr long kSecondsPerDay = 24L * 60 * 60;

Error refused(const char* what) {
  ERR_clear_error();
  return Error(Errc::crypto_failure, std::string(what) + ": OpenSSL refuses");
}

KeyPtr make_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

bool add_name(X509_NAME* name, const char* field, const std::string& value) {
  return value.empty() ||
         X509_NAME_add_entry_by_txt(name,
                                    field,
                                    MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()),
                                    -1,
                                    0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()),
                               &X509_EXTENSION_free);
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Version 3, random serial number, validity from an hour ago (clocks differ).
CertPtr start_certificate(EVP_PKEY* key,
                          const std::string& common_name,
                          const std::string& role,
                          int valid_days) {
  CertPtr certificate(X509_new(), &X509_free);
  if (certificate == nullptr) {
    return certificate;
  }
  const std::array<std::uint8_t, 15> serial = system_random().array<15>();
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr), &BN_free);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  if (number == nullptr || X509_set_version(certificate.get(), 2) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) == nullptr ||
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kSecondsPerDay * valid_days) ==
          nullptr ||
      X509_set_pubkey(certificate.get(), key) != 1 || !add_name(subject, "O", "Tercet") ||
      !add_name(subject, "OU", role) || !add_name(subject, "CN", common_name)) {
    certificate.reset();
  }
  return certificate;
}

std::string certificate_to_pem(X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()), &BIO_free_all);
  TERCET_CHECK(out != nullptr && PEM_write_bio_X509(out.get(), certificate) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

SecretBytes key_to_pem(EVP_PKEY* key) {
  const BioPtr out(BIO_new(BIO_s_secmem()), &BIO_free_all);
  TERCET_CHECK(out != nullptr && PEM_write_bio_PrivateKey(
                                     out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return SecretBytes::copy_of(as_bytes({data, static_cast<std::size_t>(size)}));
}

Status write_public_file(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) {
    return Error(errno == EEXIST ? Errc::already_exists : Errc::io_error,
                 "write certificate " + path + ": it exists, or the folder cannot be written");
  }
  const ssize_t put = ::write(file, text.data(), text.size());
  close(file);
  if (put != static_cast<ssize_t>(text.size())) {
    return Error(Errc::io_error, "write certificate " + path + ": cannot be written whole");
  }
  return ok_status();
}

std::string alternative_names(const CertificateSpec& spec) {
  std::string out;
  for (const std::string& name : spec.dns_names) {
    out += (out.empty() ? "DNS:" : ",DNS:") + name;
  }
  for (const std::string& address : spec.ip_addresses) {
    out += (out.empty() ? "IP:" : ",IP:") + address;
  }
  return out;
}

/// Names become part of an extension's text: nothing that would start another one.
bool is_plain(const std::string& name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:* ") ==
             std::string::npos;
}

bool add_end_entity_extensions(X509* certificate, X509* issuer, const CertificateSpec& spec) {
  std::string usage;
  if (spec.server_auth) {
    usage = "serverAuth";
  }
  if (spec.client_auth) {
    usage += usage.empty() ? "clientAuth" : ",clientAuth";
  }
  const std::string names = alternative_names(spec);
  return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         (usage.empty() || add_extension(certificate, issuer, NID_ext_key_usage, usage)) &&
         (names.empty() || add_extension(certificate, issuer, NID_subject_alt_name, names)) &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

}  // namespace

Status IssuedCertificate::write(const std::string& certificate_path,
                                const std::string& private_key_path) const {
  TERCET_TRY_STATUS(write_secret_file(private_key_path, private_key_pem));
  return write_public_file(certificate_path, certificate_pem);
}

class CertificateAuthority::Impl {
 public:
  Impl(KeyPtr private_key, CertPtr own)
      : key(std::move(private_key)), certificate(std::move(own)) {}

  KeyPtr key;
  CertPtr certificate;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

Result<CertificateAuthority> CertificateAuthority::create(const std::string& common_name,
                                                          int valid_days) {
  KeyPtr key = make_key();
  if (key == nullptr) {
    return refused("create a certificate authority");
  }
  CertPtr own = start_certificate(key.get(), common_name, "", valid_days);
  if (own == nullptr || X509_set_issuer_name(own.get(), X509_get_subject_name(own.get())) != 1 ||
      !add_extension(own.get(), own.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(own.get(), own.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(own.get(), own.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(own.get(), key.get(), EVP_sha256()) == 0) {
    return refused("create a certificate authority");
  }
  return CertificateAuthority(std::make_unique<Impl>(std::move(key), std::move(own)));
}

Result<CertificateAuthority> CertificateAuthority::load(const std::string& certificate_path,
                                                        const std::string& private_key_path) {
  std::ifstream file(certificate_path);
  const std::string pem((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  TERCET_TRY(const SecretBytes key_pem, read_secret_file(private_key_path));
  const ByteView key_view = key_pem.expose(SecretAccess::grant());
  const BioPtr certificate_in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                              &BIO_free_all);
  const BioPtr key_in(BIO_new_mem_buf(key_view.data(), static_cast<int>(key_view.size())),
                      &BIO_free_all);
  CertPtr own(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr), &X509_free);
  KeyPtr key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (own == nullptr || key == nullptr || X509_check_private_key(own.get(), key.get()) != 1) {
    ERR_clear_error();
    return Error(Errc::config_error,
                 "load certificate authority " + certificate_path +
                     ": no certificate, no key, or they do not belong together");
  }
  return CertificateAuthority(std::make_unique<Impl>(std::move(key), std::move(own)));
}

Result<IssuedCertificate> CertificateAuthority::issue(const CertificateSpec& spec) const {
  bool plain = is_plain(spec.common_name);
  for (const std::string& name : spec.dns_names) {
    plain = plain && is_plain(name);
  }
  for (const std::string& address : spec.ip_addresses) {
    plain = plain && is_plain(address);
  }
  if (!plain) {
    return Error(Errc::invalid_argument, "issue a certificate: a name is missing or not plain");
  }
  const KeyPtr key = make_key();
  if (key == nullptr) {
    return refused("issue a certificate");
  }
  const CertPtr own = start_certificate(key.get(), spec.common_name, spec.role, spec.valid_days);
  X509* const issuer = impl_->certificate.get();
  if (own == nullptr || X509_set_issuer_name(own.get(), X509_get_subject_name(issuer)) != 1 ||
      !add_end_entity_extensions(own.get(), issuer, spec) ||
      X509_sign(own.get(), impl_->key.get(), EVP_sha256()) == 0) {
    return refused("issue a certificate");
  }
  return IssuedCertificate(certificate_to_pem(own.get()), key_to_pem(key.get()));
}

std::string CertificateAuthority::certificate_pem() const {
  return certificate_to_pem(impl_->certificate.get());
}

Status CertificateAuthority::write(const std::string& certificate_path,
                                   const std::string& private_key_path) const {
  TERCET_TRY_STATUS(write_secret_file(private_key_path, key_to_pem(impl_->key.get())));
  return write_public_file(certificate_path, certificate_pem());
}

}  // namespace tercet
