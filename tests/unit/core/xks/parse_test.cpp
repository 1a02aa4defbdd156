#include "core/xks/parse.h"

#include <gtest/gtest.h>

#include "core/xks/print.h"

namespace tercet::xks {
namespace {

constexpr std::string_view kCaller =
    R"("awsPrincipalArn":"AWS Internal","kmsOperation":"Anything","kmsRequestId":"","kmsKeyArn":"x")";

std::string body(std::string_view rest, std::string_view caller = kCaller) {
  return R"({"requestMetadata":{)" + std::string(caller) + "}" + std::string(rest) + "}";
}

constexpr std::string_view kEncrypt = R"(,"plaintext":"AAEC","encryptionAlgorithm":"AES_GCM")";
constexpr std::string_view kDecrypt =
    R"(,"ciphertext":"AAEC","initializationVector":"AAAA","authenticationTag":"AAAA","encryptionAlgorithm":"AES_GCM")";

bool encrypts(const std::string& text) {
  return parse_encrypt(as_bytes(text)).ok();
}

TEST(XksParse, ReadsAnEncrypt) {
  const auto request = parse_encrypt(as_bytes(body(
      R"(,"additionalAuthenticatedData":"/+8=","plaintext":"AAEC","unknown":[1,{"a":null}],)"
      R"("encryptionAlgorithm":"AES_GCM","ciphertextDataIntegrityValueAlgorithm":"SHA_256")")));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->plaintext, (Bytes{0, 1, 2}));
  EXPECT_EQ(request->aad, (Bytes{0xff, 0xef}));
  EXPECT_TRUE(request->wants_integrity_value);
  EXPECT_EQ(request->metadata.principal_arn, "AWS Internal");
  EXPECT_EQ(request->metadata.kms_operation, "Anything");
}

TEST(XksParse, AcceptsEmptyAndNullWhereTheyMeanAbsent) {
  EXPECT_TRUE(encrypts(body(R"(,"plaintext":"","encryptionAlgorithm":"AES_GCM")")));
  EXPECT_TRUE(encrypts(body(std::string(kEncrypt) + R"(,"additionalAuthenticatedData":null)")));
  EXPECT_TRUE(encrypts(body(std::string(kEncrypt) + R"(,"additionalAuthenticatedData":"")")));
  EXPECT_TRUE(encrypts(body(kEncrypt, std::string(kCaller) + R"(,"kmsViaService":null)")));
}

TEST(XksParse, RefusesFaultsOfForm) {
  for (const std::string& bad : std::vector<std::string>{
           body(""),
           body(R"(,"plaintext":"AAEC")"),
           body(R"(,"plaintext":"AAEC","encryptionAlgorithm":"aes_gcm")"),
           body(R"(,"plaintext":1,"encryptionAlgorithm":"AES_GCM")"),
           body(R"(,"plaintext":null,"encryptionAlgorithm":"AES_GCM")"),
           body(R"(,"plaintext":"AAE","encryptionAlgorithm":"AES_GCM")"),
           body(R"(,"plaintext":"AAF=","encryptionAlgorithm":"AES_GCM")"),
           body(R"(,"plaintext":"A-_A","encryptionAlgorithm":"AES_GCM")"),
           body(R"(,"plaintext":"AA EC","encryptionAlgorithm":"AES_GCM")"),
           body(std::string(kEncrypt) + R"(,"plaintext":"AAEC")"),
           body(std::string(kEncrypt) + R"(,"ciphertextDataIntegrityValueAlgorithm":"SHA_512")"),
           body(std::string(kEncrypt) + R"(,"ciphertextDataIntegrityValueAlgorithm":7)"),
           body(kEncrypt) + " x",
           body(kEncrypt) + body(kEncrypt),
           "\xef\xbb\xbf" + body(kEncrypt)}) {
    EXPECT_FALSE(encrypts(bad)) << bad;
  }
}

TEST(XksParse, WantsEveryRequiredMemberOfTheMetadata) {
  for (const std::string_view name :
       {"awsPrincipalArn", "kmsOperation", "kmsRequestId", "kmsKeyArn"}) {
    std::string caller(kCaller);
    caller.replace(caller.find(name), name.size(), "other");
    EXPECT_FALSE(encrypts(body(kEncrypt, caller))) << name;
    EXPECT_FALSE(parse_decrypt(as_bytes(body(kDecrypt, caller)))) << name;
    EXPECT_EQ(parse_metadata(as_bytes(body("", caller))).ok(), name == "kmsKeyArn") << name;
    const bool of_health = name == "awsPrincipalArn" || name == "kmsKeyArn";
    EXPECT_EQ(parse_health(as_bytes(body("", caller))).ok(), of_health) << name;
  }
}

TEST(XksParse, LeavesSizesOfIvAndTagToTheCaller) {
  const auto request = parse_decrypt(as_bytes(body(kDecrypt)));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->iv.size(), 3U);
  const std::string metadata20 = ",\"ciphertextMetadata\":\"" + std::string(26, 'A') + "A=\"";
  EXPECT_TRUE(parse_decrypt(as_bytes(body(std::string(kDecrypt) + metadata20))));
  const std::string metadata21 = ",\"ciphertextMetadata\":\"" + std::string(28, 'A') + "\"";
  EXPECT_FALSE(parse_decrypt(as_bytes(body(std::string(kDecrypt) + metadata21))));
}

TEST(XksPrint, IsReadBackByTheParser) {
  DecryptRequest request;
  request.metadata.principal_arn = "p";
  request.metadata.kms_key_arn = "k\"\n\x01";
  request.metadata.kms_operation = "Decrypt";
  request.ciphertext = Bytes{1, 2, 3};
  request.iv = Bytes(12, 1);
  request.tag = Bytes(16, 2);
  request.ciphertext_metadata = Bytes{1, 0, 0, 0, 7};
  request.aad = Bytes{9};

  const auto again = parse_decrypt(print_decrypt_request(request));

  ASSERT_TRUE(again);
  EXPECT_EQ(again->ciphertext, request.ciphertext);
  EXPECT_EQ(again->iv, request.iv);
  EXPECT_EQ(again->tag, request.tag);
  EXPECT_EQ(again->ciphertext_metadata, request.ciphertext_metadata);
  EXPECT_EQ(again->aad, request.aad);
  EXPECT_EQ(again->metadata.kms_key_arn, request.metadata.kms_key_arn);
}

TEST(XksPrint, IsCompactAndExact) {
  MetadataResponse metadata;
  EXPECT_EQ(as_text(print_metadata(metadata)),
            R"({"keySpec":"AES_256","keyUsage":[],"keyStatus":"DISABLED"})");
  EXPECT_EQ(as_text(print_decrypt(Bytes{0, 1, 2})), R"({"plaintext":"AAEC"})");
  EXPECT_EQ(as_text(print_error("X", "a\"b\n\xc3\xa4")),
            R"({"errorName":"X","errorMessage":"a\"b???"})");
  EXPECT_LT(print_error("X", std::string(4096, 'm')).size(), 560U);
}

}  // namespace
}  // namespace tercet::xks
