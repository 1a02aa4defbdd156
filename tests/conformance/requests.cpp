#include "tests/conformance/requests.h"

#include "core/codec/base64.h"

namespace tercet::test {

Json metadata(const std::string& kms_operation) {
  return Json{
      {"awsPrincipalArn", "arn:aws:iam::123456789012:user/Alice"},
      {"kmsKeyArn", "arn:aws:kms:us-east-2:123456789012:/key/1234abcd-12ab-34cd-56ef-1234567890ab"},
      {"kmsOperation", kms_operation},
      {"kmsRequestId", "4112f4d6-db54-4af4-ae30-c55a22a8dfae"},
      {"kmsViaService", "ebs"}};
}

std::string health_body() {
  return Json{{"requestMetadata", {{"kmsOperation", "KmsHealthCheck"}, {"kmsRequestId", "h-1"}}}}
      .dump();
}

std::string metadata_body(const std::string& kms_operation) {
  return Json{{"requestMetadata", metadata(kms_operation)}}.dump();
}

std::string base64(ByteView bytes) {
  return base64_encode(bytes);
}

Bytes bytes_of(const std::string& text) {
  return to_bytes(as_bytes(text));
}

Bytes pattern(std::size_t size, std::uint8_t seed) {
  Bytes out(size);
  std::uint32_t state = seed * 2654435761U + 1;
  for (std::uint8_t& byte : out) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  return out;
}

Sealed sealed_in(const XksReply& reply, ByteView aad) {
  Sealed out;
  out.ciphertext = reply.bytes("ciphertext");
  out.iv = reply.bytes("initializationVector");
  out.tag = reply.bytes("authenticationTag");
  out.metadata = reply.bytes("ciphertextMetadata");
  out.aad = to_bytes(aad);
  return out;
}

Json encrypt_json(ByteView plaintext, ByteView aad, bool integrity_value) {
  Json body{{"requestMetadata", metadata("Encrypt")},
            {"plaintext", base64(plaintext)},
            {"encryptionAlgorithm", "AES_GCM"}};
  if (!aad.empty()) {
    body["additionalAuthenticatedData"] = base64(aad);
  }
  if (integrity_value) {
    body["ciphertextDataIntegrityValueAlgorithm"] = "SHA_256";
  }
  return body;
}

Json decrypt_json(const Sealed& sealed) {
  Json body{{"requestMetadata", metadata("Decrypt")},
            {"ciphertext", base64(sealed.ciphertext)},
            {"initializationVector", base64(sealed.iv)},
            {"authenticationTag", base64(sealed.tag)},
            {"encryptionAlgorithm", "AES_GCM"}};
  if (!sealed.metadata.empty()) {
    body["ciphertextMetadata"] = base64(sealed.metadata);
  }
  if (!sealed.aad.empty()) {
    body["additionalAuthenticatedData"] = base64(sealed.aad);
  }
  return body;
}

void expect_error(const XksReply& reply, unsigned status, const std::string& name) {
  EXPECT_EQ(reply.status, status) << reply.text();
  EXPECT_EQ(reply.error_name(), name) << reply.text();
  EXPECT_EQ(reply.raw.header("Content-Type").value_or(""), "application/json");
  if (!reply.json.is_object()) {
    return;
  }
  for (const auto& [member, value] : reply.json.items()) {
    EXPECT_TRUE(member == "errorName" || member == "errorMessage") << reply.text();
    ASSERT_TRUE(value.is_string());
    const std::string text = value.get<std::string>();
    EXPECT_LT(text.size(), 512U);
    for (const char c : text) {
      EXPECT_TRUE(c >= 0x20 && c <= 0x7e) << reply.text();
    }
  }
}

void expect_validation(const XksReply& reply) {
  expect_error(reply, 400, "ValidationException");
}

void expect_unauthenticated(const XksReply& reply) {
  expect_error(reply, 401, "AuthenticationFailedException");
}

}  // namespace tercet::test
