#include "core/crypto/key_pin.h"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/codec/base64.h"
#include "core/crypto/hash.h"

namespace tercet {

Result<KeyPin> parse_key_pin(std::string_view base64) {
  const Result<Bytes> bytes = base64_decode(base64);
  if (!bytes || bytes->size() != KeyPin::kBytes) {
    return Error(Errc::invalid_argument, "expected the Base64 of a SHA-256, 44 characters");
  }
  return KeyPin::copy_of(*bytes);
}

std::string print_key_pin(const KeyPin& pin) {
  return base64_encode(pin.view());
}

std::optional<KeyPin> key_pin_of(const x509_st* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) {
    ERR_clear_error();
    return std::nullopt;
  }
  const KeyPin pin(sha256({der, static_cast<std::size_t>(size)}));
  OPENSSL_free(der);
  return pin;
}

Result<KeyPin> key_pin_of_certificate(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
  const std::optional<KeyPin> pin =
      certificate == nullptr ? std::nullopt : key_pin_of(certificate.get());
  if (!pin) {
    ERR_clear_error();
    return Error(Errc::invalid_argument, "pin of a certificate: no certificate in PEM");
  }
  return *pin;
}

}  // namespace tercet
