#include <gtest/gtest.h>

#include "core/crypto/aead.h"
#include "core/crypto/box.h"
#include "core/crypto/gcm.h"
#include "core/crypto/stream.h"
#include "core/random/deterministic.h"

namespace tercet {
namespace {

Bytes opened(const SecretBytes& secret) {
  return to_bytes(secret.expose(SecretAccess::grant()));
}

TEST(ChaCha20, KnownAnswerOfRfc8439) {
  Bytes key(32);
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<std::uint8_t>(i);
  }
  Bytes block(64);
  chacha20_xor(key, from_hex("000000090000004a00000000").value(), block, 1);
  EXPECT_EQ(to_hex(block),
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST(ChaCha20, StreamStartsAtBlockZero) {
  const Bytes key(32, 1);
  const Bytes nonce(12, 2);
  Bytes stream(128, 0xee);
  chacha20_stream(key, nonce, stream);
  Bytes second(64);
  chacha20_xor(key, nonce, second, 1);
  EXPECT_EQ(Bytes(stream.begin() + 64, stream.end()), second);
}

TEST(ChaCha20, LongDataHasTheStreamOfShortPieces) {
  const Bytes key(32, 3);
  const Bytes nonce(12, 4);
  Bytes whole(3 * 4096 + 17, 0x5a);  // long enough for OpenSSL's code; the pieces are not
  Bytes pieces = whole;
  chacha20_xor(key, nonce, whole, 7);
  constexpr std::size_t kPiece = 1024;
  for (std::size_t at = 0; at < pieces.size(); at += kPiece) {
    const std::size_t size = std::min(kPiece, pieces.size() - at);
    chacha20_xor(key,
                 nonce,
                 MutableByteView(pieces).subspan(at, size),
                 static_cast<std::uint32_t>(7 + at / 64));
  }
  EXPECT_EQ(whole, pieces);
}

TEST(Aead, OpensWhatItSealed) {
  DeterministicRandom random(6);
  const Aead aead(SecretBytes::random(32, random));
  for (const std::size_t size : {0U, 1U, 1000U}) {
    const SecretBytes plaintext = SecretBytes::random(size, random);
    const Bytes sealed = aead.seal(plaintext, as_bytes("node-1"), random);
    ASSERT_EQ(sealed.size(), size + Aead::kOverheadBytes);
    EXPECT_EQ(opened(aead.open(sealed, as_bytes("node-1")).value()), opened(plaintext));
  }
}

TEST(Aead, RefusesOtherContextAndEveryAlteration) {
  DeterministicRandom random(7);
  const Aead aead(SecretBytes::random(32, random));
  const Bytes sealed = aead.seal(as_bytes("share"), as_bytes("node-1"), random);
  EXPECT_EQ(aead.open(sealed, as_bytes("node-2")).error().code(), Errc::seal_broken);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes altered = sealed;
    altered[i] ^= 1;
    EXPECT_FALSE(aead.open(altered, as_bytes("node-1")).ok());
    EXPECT_FALSE(aead.open(ByteView(sealed).first(i), as_bytes("node-1")).ok());
  }
  const Aead other(SecretBytes::random(32, random));
  EXPECT_FALSE(other.open(sealed, as_bytes("node-1")).ok());
}

TEST(Aes256, KnownAnswerOfFips197) {
  EXPECT_EQ(
      to_hex(aes256_block(
          from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").value(),
          from_hex("00112233445566778899aabbccddeeff").value())),
      "8ea2b7ca516745bfeafc49904b496089");
}

TEST(Aes256Gcm, KnownAnswerOfTheGcmSpecification) {
  const Result<GcmCiphertext> out = aes256gcm_encrypt(
      from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").value(),
      from_hex("cafebabefacedbaddecaf888").value(),
      from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2").value(),
      from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
               "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
          .value());
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(to_hex(out->ciphertext),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
  EXPECT_EQ(to_hex(out->tag), "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST(Aes256Gcm, DecryptsAndRefuses) {
  const Bytes key(32, 3);
  for (const std::size_t iv_size : {1U, 12U, 16U, 100U}) {
    const Bytes iv(iv_size, 4);
    GcmCiphertext sealed = aes256gcm_encrypt(key, iv, as_bytes("aad"), as_bytes("text")).value();
    EXPECT_EQ(
        as_text(aes256gcm_decrypt(key, iv, as_bytes("aad"), sealed.ciphertext, sealed.tag).value()),
        "text");
    EXPECT_EQ(
        aes256gcm_decrypt(key, iv, as_bytes("AAD"), sealed.ciphertext, sealed.tag).error().code(),
        Errc::bad_ciphertext);
    sealed.tag[15] ^= 1;
    EXPECT_EQ(
        aes256gcm_decrypt(key, iv, as_bytes("aad"), sealed.ciphertext, sealed.tag).error().code(),
        Errc::bad_ciphertext);
  }
  EXPECT_EQ(aes256gcm_encrypt(key, {}, {}, {}).error().code(), Errc::invalid_argument);
  EXPECT_TRUE(aes256gcm_encrypt(key, Bytes(12), {}, {}).ok());
}

TEST(Box, OnlyTheAddresseeOpens) {
  DeterministicRandom random(8);
  const BoxKey alice = BoxKey::generate(random);
  const BoxKey bob = BoxKey::generate(random);
  const BoxPublicKey address = BoxPublicKey::parse(alice.public_key().text()).value();
  EXPECT_EQ(address, alice.public_key());
  const SecretBytes message = SecretBytes::random(64, random);
  Bytes sealed = address.seal(message);
  EXPECT_EQ(opened(alice.open(sealed).value()), opened(message));
  EXPECT_EQ(bob.open(sealed).error().code(), Errc::seal_broken);
  sealed.back() ^= 1;
  EXPECT_EQ(alice.open(sealed).error().code(), Errc::seal_broken);
  EXPECT_EQ(alice.open(Bytes(47)).error().code(), Errc::seal_broken);
}

}  // namespace
}  // namespace tercet
