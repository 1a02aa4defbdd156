#include "core/crypto/key_pin.h"

#include <string>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/crypto/hash.h"
#include "core/crypto/x509.h"

namespace tercet {
namespace {

std::string certificate(const CertificateAuthority& authority, const std::string& name) {
  CertificateSpec spec;
  spec.common_name = name;
  return authority.issue(spec).value().certificate_pem;
}

/// SHA-256 of what OpenSSL prints as the public key of a certificate.
std::array<std::uint8_t, 32> expected_pin(const std::string& pem) {
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* read = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(X509_get0_pubkey(read), &der);
  const auto hash = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  X509_free(read);
  BIO_free(in);
  return hash;
}

TEST(KeyPin, IsTheHashOfTheCertificatesPublicKey) {
  const CertificateAuthority authority = CertificateAuthority::create("test").value();
  const std::string one = certificate(authority, "node-1");
  const std::string other = certificate(authority, "node-1");
  const Result<KeyPin> pin = key_pin_of_certificate(one);
  ASSERT_TRUE(pin.ok());
  EXPECT_EQ(pin->array(), expected_pin(one));
  EXPECT_NE(*pin, key_pin_of_certificate(other).value()) << "the same name, another key";
}

TEST(KeyPin, ParsesWhatItPrints) {
  const KeyPin pin(sha256(as_bytes("any")));
  EXPECT_EQ(parse_key_pin(print_key_pin(pin)).value(), pin);
  const std::string text = print_key_pin(pin);
  EXPECT_FALSE(parse_key_pin(text.substr(4)).ok());
  EXPECT_FALSE(parse_key_pin(text + "AAAA").ok());
  EXPECT_FALSE(parse_key_pin(pin.hex()).ok());
  EXPECT_FALSE(parse_key_pin("").ok());
}

TEST(KeyPin, NeedsACertificate) {
  EXPECT_FALSE(key_pin_of_certificate("").ok());
  EXPECT_FALSE(key_pin_of_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n").ok());
}

}  // namespace
}  // namespace tercet
