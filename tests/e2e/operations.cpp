#include "tests/e2e/operations.h"

#include "core/codec/base64.h"

namespace tercet::test {
namespace {

using Json = nlohmann::json;

Json body_of(const char* operation, std::string_view aad, const std::string& kms_request_id) {
  Json metadata{{"awsPrincipalArn", "arn:aws:iam::111122223333:user/alice"},
                {"kmsKeyArn", "arn:aws:kms:us-east-1:111122223333:key/e2e"},
                {"kmsOperation", operation},
                {"kmsRequestId", kms_request_id}};
  return Json{{"requestMetadata", std::move(metadata)},
              {"additionalAuthenticatedData", base64_encode(as_bytes(aad))},
              {"encryptionAlgorithm", "AES_GCM"}};
}

}  // namespace

Sealed::Sealed(const XksReply& reply)
    : ciphertext(reply.bytes("ciphertext")),
      iv(reply.bytes("initializationVector")),
      tag(reply.bytes("authenticationTag")),
      metadata(reply.bytes("ciphertextMetadata")) {}

std::string encrypt_body(std::string_view plaintext,
                         std::string_view aad,
                         const std::string& kms_request_id) {
  Json body = body_of("Encrypt", aad, kms_request_id);
  body["plaintext"] = base64_encode(as_bytes(plaintext));
  return body.dump();
}

std::string decrypt_body(const Sealed& sealed,
                         std::string_view aad,
                         const std::string& kms_request_id) {
  Json body = body_of("Decrypt", aad, kms_request_id);
  body["ciphertext"] = base64_encode(sealed.ciphertext);
  body["initializationVector"] = base64_encode(sealed.iv);
  body["authenticationTag"] = base64_encode(sealed.tag);
  if (!sealed.metadata.empty()) {
    body["ciphertextMetadata"] = base64_encode(sealed.metadata);
  }
  return body.dump();
}

XksReply post_once(XksClient& client, const std::string& rest, const std::string& body) {
  XksMessage message = client.message(rest, body);
  message.sign(client.endpoint().credential);
  return client.once(message);
}

bool serves(XksClient& client,
            const std::string& key,
            const Sealed& from_before,
            std::string_view plaintext) {
  const std::string path = "/keys/" + key;
  const XksReply fresh = post_once(client, path + "/encrypt", encrypt_body(plaintext, "aad"));
  if (fresh.status != 200) {
    return false;
  }
  for (const Sealed& sealed : {Sealed(fresh), from_before}) {
    const XksReply opened = post_once(client, path + "/decrypt", decrypt_body(sealed, "aad"));
    if (opened.status != 200 || as_text(opened.bytes("plaintext")) != plaintext) {
      return false;
    }
  }
  return true;
}

}  // namespace tercet::test
