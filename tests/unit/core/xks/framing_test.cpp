#include "core/xks/framing.h"

#include <gtest/gtest.h>

#include "core/codec/base64.h"
#include "core/crypto/gcm.h"

namespace tercet::xks {
namespace {

Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

TEST(XksFraming, EqualsTheWorkedBytes) {
  const Bytes aad = to_bytes(as_bytes("tenant=blue;purpose=demo"));
  const Bytes metadata = hex("0100000007");
  EXPECT_EQ(to_hex(gcm_aad(aad, metadata).value()),
            "001874656e616e743d626c75653b707572706f73653d64656d6f050100000007");
  EXPECT_EQ(to_hex(gcm_aad({}, metadata).value()), "0000050100000007");
  EXPECT_EQ(to_hex(gcm_aad({}, {}).value()), "000000");
}

TEST(XksFraming, RefusesWhatTheLengthsCannotSay) {
  EXPECT_TRUE(gcm_aad(Bytes(65535, 1), {}));
  EXPECT_EQ(gcm_aad(Bytes(65536, 1), {}).error().code(), Errc::unsupported);
  EXPECT_EQ(gcm_aad({}, Bytes(256, 1)).error().code(), Errc::invalid_argument);
}

TEST(XksFraming, ReproducesTheOfficialIntegrityValue) {
  const auto value = cdiv(as_bytes("project=nile,department=marketing"),
                          as_bytes("key_version=1"),
                          hex("1ccae5470f39700254779031"),
                          hex("821c642b5b71783367deaf18"),
                          hex("bc1c4dda7707d6812447c5955e99b261"));
  EXPECT_EQ(base64_encode(value), "qHA/ImC9h5HsLRXqCyPmWgYx7tzyoTplzILbP0fPXsc=");
}

TEST(XksFraming, GivesTheTagOfTheVector) {
  const Bytes key = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const Bytes iv = hex("a0a1a2a3a4a5a6a7a8a9aaab");
  const Bytes aad = to_bytes(as_bytes("tenant=blue;purpose=demo"));
  const Bytes metadata = to_bytes(version_metadata(KeyVersion(7)));
  const auto sealed =
      aes256gcm_encrypt(key, iv, gcm_aad(aad, metadata).value(), as_bytes("threshold, not trust"));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(to_hex(sealed->tag), "a431dfd8a8909d1ee87c33ac7bd0168b");
  EXPECT_EQ(base64_encode(cdiv(aad, metadata, iv, sealed->ciphertext, sealed->tag)),
            "bXxx96GWifO/Z1UYYSFQHR5kZj5TS0Y9TzicqYXEBdA=");
}

TEST(XksFraming, ReadsOnlyItsOwnMetadata) {
  EXPECT_EQ(parse_version_metadata(hex("0100000007")), KeyVersion(7));
  for (const std::string_view other : {"", "01000000", "0200000007", "010000000700"}) {
    EXPECT_FALSE(parse_version_metadata(hex(other))) << other;
  }
}

}  // namespace
}  // namespace tercet::xks
