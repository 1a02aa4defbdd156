#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "core/crypto/box.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signature.h"
#include "core/crypto/x509.h"
#include "core/random/deterministic.h"

namespace tercet {
namespace {

class Keys : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "keys.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + '/' + name; }

  DeterministicRandom& random() { return random_; }

 private:
  std::string folder_;
  DeterministicRandom random_{9};
};

TEST_F(Keys, SignatureHoldsForThisMessageAndKeyOnly) {
  const SigningKey key = SigningKey::generate(random());
  const SigningKey other = SigningKey::generate(random());
  Signature signature = key.sign(as_bytes("command"));
  EXPECT_TRUE(key.public_key().verify(as_bytes("command"), signature));
  EXPECT_FALSE(key.public_key().verify(as_bytes("commanD"), signature));
  EXPECT_FALSE(other.public_key().verify(as_bytes("command"), signature));
  EXPECT_FALSE(key.public_key().verify(as_bytes("command"), ByteView(signature).first(63)));
  signature[0] ^= 1;
  EXPECT_FALSE(key.public_key().verify(as_bytes("command"), signature));
}

TEST_F(Keys, SigningKeyComesBackFromItsFile) {
  const SigningKey key = SigningKey::generate(random());
  ASSERT_TRUE(key.save(path("k")).ok());
  EXPECT_EQ(key.save(path("k")).error().code(), Errc::already_exists);
  const SigningKey loaded = SigningKey::load(path("k")).value();
  EXPECT_EQ(loaded.public_key(), key.public_key());
  EXPECT_EQ(loaded.sign(as_bytes("m")), key.sign(as_bytes("m")));
  EXPECT_EQ(PublicKey::parse(key.public_key().text()).value(), key.public_key());
}

TEST_F(Keys, BoxKeyComesBackFromItsFileAndIsNoSigningKey) {
  const BoxKey key = BoxKey::generate(random());
  ASSERT_TRUE(key.save(path("k")).ok());
  EXPECT_EQ(BoxKey::load(path("k"))->public_key(), key.public_key());
  EXPECT_EQ(SigningKey::load(path("k")).error().code(), Errc::config_error);
}

TEST_F(Keys, KeyFileWantsKindLengthAndBase64) {
  const SecretBytes key(32);
  ASSERT_TRUE(save_key_file(path("k"), kSealingKeyKind, key).ok());
  EXPECT_TRUE(load_key_file(path("k"), kSealingKeyKind).ok());
  EXPECT_FALSE(load_key_file(path("k"), kSealingKeyKind, 31).ok());
  EXPECT_FALSE(load_key_file(path("k"), kBoxKeyKind).ok());
  std::ofstream(path("k"), std::ios::app) << "more\n";
  EXPECT_FALSE(load_key_file(path("k"), kSealingKeyKind).ok());
}

TEST_F(Keys, PublicKeysOfTheWrongFormAreRefused) {
  EXPECT_FALSE(PublicKey::from_bytes(Bytes(31)).ok());
  EXPECT_FALSE(PublicKey::from_bytes(Bytes(32)).ok());
  EXPECT_FALSE(PublicKey::parse("***").ok());
  EXPECT_FALSE(BoxPublicKey::parse("AAAA").ok());
}

/// The answer of the openssl command, an independent reader.
std::string openssl(const std::string& arguments) {
  const std::string command = "openssl " + arguments + " 2>&1";
  std::string out;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe != nullptr) {
    std::array<char, 4096> part{};
    std::size_t got = 0;
    while ((got = fread(part.data(), 1, part.size(), pipe)) > 0) {
      out.append(part.data(), got);
    }
    pclose(pipe);
  }
  return out;
}

TEST_F(Keys, CertificatesSayWhatWasAsked) {
  const CertificateAuthority authority = CertificateAuthority::create("test CA").value();
  ASSERT_TRUE(authority.write(path("ca.crt"), path("ca.key")).ok());
  CertificateSpec spec;
  spec.common_name = "node-1";
  spec.role = "node";
  spec.dns_names = {"node-1", "localhost"};
  spec.ip_addresses = {"127.0.0.1"};
  const IssuedCertificate issued = authority.issue(spec).value();
  ASSERT_TRUE(issued.write(path("n.crt"), path("n.key")).ok());

  struct stat info {};

  ASSERT_EQ(stat(path("n.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);

  EXPECT_NE(
      openssl("verify -x509_strict -CAfile " + path("ca.crt") + ' ' + path("n.crt")).find(": OK"),
      std::string::npos);
  const std::string text = openssl("x509 -noout -text -in " + path("n.crt"));
  for (const char* expected : {"OU = node, CN = node-1",
                               "DNS:node-1, DNS:localhost, IP Address:127.0.0.1",
                               "TLS Web Server Authentication, TLS Web Client Authentication",
                               "CA:FALSE",
                               "prime256v1"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << " not in\n" << text;
  }
  EXPECT_EQ(openssl("pkey -pubout -in " + path("n.key")),
            openssl("x509 -noout -pubkey -in " + path("n.crt")));
}

TEST_F(Keys, AuthorityComesBackFromItsFiles) {
  const CertificateAuthority authority = CertificateAuthority::create("test CA").value();
  ASSERT_TRUE(authority.write(path("ca.crt"), path("ca.key")).ok());
  const CertificateAuthority loaded =
      CertificateAuthority::load(path("ca.crt"), path("ca.key")).value();
  EXPECT_EQ(loaded.certificate_pem(), authority.certificate_pem());
  const CertificateAuthority other = CertificateAuthority::create("other").value();
  ASSERT_TRUE(other.write(path("o.crt"), path("o.key")).ok());
  EXPECT_FALSE(CertificateAuthority::load(path("ca.crt"), path("o.key")).ok());
}

TEST_F(Keys, NamesThatCouldSmuggleExtensionsAreRefused) {
  const CertificateAuthority authority = CertificateAuthority::create("test CA").value();
  CertificateSpec spec;
  EXPECT_EQ(authority.issue(spec).error().code(), Errc::invalid_argument);
  spec.common_name = "node-1";
  spec.dns_names = {"a,DNS:b"};
  EXPECT_EQ(authority.issue(spec).error().code(), Errc::invalid_argument);
  spec.dns_names.clear();
  spec.ip_addresses = {"not an address"};
  EXPECT_FALSE(authority.issue(spec).ok());
}

}  // namespace
}  // namespace tercet
