#include "core/crypto/hash.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "core/random/deterministic.h"

namespace tercet {
namespace {

TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, IncrementalEqualsOneShot) {
  EXPECT_EQ(Sha256().update("a").update("").update("bc").finish(), sha256(as_bytes("abc")));
  Sha256 half;
  half.update("ab");
  Sha256 copy = half;
  EXPECT_EQ(copy.update("c").finish(), sha256(as_bytes("abc")));
  EXPECT_EQ(half.update("d").finish(), sha256(as_bytes("abd")));
}

TEST(HmacSha256, KnownAnswersOfRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, 0xaa),
                               as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HkdfSha256, KnownAnswerOfRfc5869) {
  Bytes out(42);
  hkdf_sha256(Bytes(22, 0x0b),
              from_hex("000102030405060708090a0b0c").value(),
              from_hex("f0f1f2f3f4f5f6f7f8f9").value(),
              out);
  EXPECT_EQ(to_hex(out),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

Bytes openssl_shake(ByteView in, std::size_t size) {
  Bytes out(size);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_shake256(), nullptr);
  EVP_DigestUpdate(context, in.data(), in.size());
  EVP_DigestFinalXOF(context, out.data(), out.size());
  EVP_MD_CTX_free(context);
  return out;
}

TEST(Shake256, EqualsOpenSslForEveryLengthAroundABlock) {
  DeterministicRandom random(5);
  for (const std::size_t in_size : {0U, 1U, 135U, 136U, 137U, 271U, 272U, 273U, 5000U}) {
    for (const std::size_t out_size : {1U, 32U, 136U, 137U, 1000U}) {
      Bytes in(in_size);
      random.fill(in);
      Bytes out(out_size);
      shake256(in, out);
      EXPECT_EQ(out, openssl_shake(in, out_size)) << in_size << ' ' << out_size;
    }
  }
}

TEST(Shake256, StreamDoesNotDependOnCuts) {
  Bytes whole(700);
  shake256(as_bytes("three pieces"), whole);
  Shake256 sponge;
  sponge.absorb("three").absorb(" ").absorb("pieces");
  Bytes pieces(700);
  MutableByteView rest = pieces;
  for (std::size_t step = 1; !rest.empty(); step += 3) {
    const std::size_t part = std::min(step, rest.size());
    sponge.squeeze(rest.first(part));
    rest = rest.subspan(part);
  }
  EXPECT_EQ(pieces, whole);
}

TEST(Blake2b, KnownAnswerAndIncremental) {
  Bytes out(64);
  blake2b({}, as_bytes("abc"), out);
  EXPECT_EQ(to_hex(out),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  const Bytes key(32, 9);
  Bytes keyed(32);
  blake2b(key, as_bytes("abc"), keyed);
  const auto incremental = Blake2b(key).update("a").update("bc").finish();
  EXPECT_TRUE(std::equal(keyed.begin(), keyed.end(), incremental.begin()));
  EXPECT_NE(Blake2b().update("abc").finish(), incremental);
}

}  // namespace
}  // namespace tercet
