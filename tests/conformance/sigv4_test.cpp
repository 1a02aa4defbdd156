// SigV4: rows 34 to 42. Every refusal is 401 AuthenticationFailedException unless said otherwise,
// and row 56 holds for all of them: expect_401 compares whole bodies.

#include <algorithm>

#include "core/crypto/hash.h"
#include "tests/conformance/sigv4_requests.h"

namespace tercet::test {
namespace {

TEST(Conformance_Row34, VectorsSignAsTheReferenceSays) {
  // The verifier's side of these vectors is tests/unit/core/sigv4; here they vouch for our signer.
  const std::string body =
      R"({"requestMetadata":{"awsPrincipalArn":"arn:aws:iam::111122223333:role/Payroll","kmsKeyArn":)"
      R"("arn:aws:kms:eu-central-1:111122223333:key/5f0c9a2e-1111-4222-8333-944455556666",)"
      R"("kmsOperation":"GenerateDataKey","kmsRequestId":"0d1e2f30-4152-4637-8849-5a6b7c8d9e0f",)"
      R"("kmsViaService":"s3.eu-central-1.amazonaws.com"},"additionalAuthenticatedData":)"
      R"("dGVuYW50PWJsdWU7cHVycG9zZT1kZW1v","plaintext":"dGhyZXNob2xkLCBub3QgdHJ1c3Q=",)"
      R"("encryptionAlgorithm":"AES_GCM","ciphertextDataIntegrityValueAlgorithm":"SHA_256"})";
  LiveCredential credential("TERCET7KEYSTORE2EXAMPLE5",
                            "Tercet+Example/SigV4=Secret0Key1For2Tests3Only4");
  credential.region = "eu-central-1";
  XksMessage message(LiveEndpoint(), "/stores/blue_1/kms/xks/v1/keys/demo.key-01_A/encrypt", body);
  message.set("Host", "xks.example.test");
  message.set("X-Amz-Date", "20260115T080910Z");
  const auto ends_with = [](const std::string& authorization, const std::string& signature) {
    EXPECT_TRUE(authorization.ends_with("Signature=" + signature)) << authorization;
  };
  ends_with(sigv4_authorization(message, credential, "host;x-amz-date"),
            "568e69a4ad7b077ffb7c7876b86848e01bc2ebd2935ce89e92644d4fec627a34");
  XksMessage with_hash = message;
  with_hash.set("X-Amz-Content-Sha256", to_hex(sha256(as_bytes(body))));
  ends_with(sigv4_authorization(
                with_hash, credential, "content-type;host;x-amz-content-sha256;x-amz-date"),
            "eb3096999f13ea663c039aeccf2938e3096d1723b1d05f3809193741f1e3d753");
  XksMessage with_port = message;
  with_port.set("Host", "xks.example.test:8443");
  ends_with(sigv4_authorization(with_port, credential, "host;x-amz-date"),
            "97133610855a037090c4c87cf781bd99f902d892c89352fd2867c8cf6fd32286");
  XksMessage health = message;
  health.target = "/stores/blue_1/kms/xks/v1/health";
  health.body = R"({"requestMetadata":{"kmsOperation":"KmsHealthCheck",)"
                R"("kmsRequestId":"00000000-0000-4000-8000-000000000000"}})";
  ends_with(sigv4_authorization(health, credential, "host;x-amz-date"),
            "ef9d280c166eb0847691b16714a878107acb22a33aac9e0437f7a5c78c5b4c08");
}

TEST(Conformance_Row35, WhatMayBeSigned) {
  expect_200(bent_before(nothing));
  expect_200(bent_before(nothing, "content-type;host;x-amz-date"));
  expect_200(bent_before(
      [](XksMessage& message) {
        message.set("x-amz-content-sha256", to_hex(sha256(as_bytes(message.body))));
      },
      "content-type;host;x-amz-content-sha256;x-amz-date"));
  expect_200(bent_before([](XksMessage& message) {  // right, and not signed
    message.set("X-Amz-Content-Sha256", to_hex(sha256(as_bytes(message.body))));
  }));
  expect_200(bent_before(
      [](XksMessage& message) {
        message.headers.emplace_back("X-Twice", "one");
        message.headers.emplace_back("x-twice", "two");
      },
      "host;x-amz-date;x-twice"));
  expect_200(bent_before([](XksMessage& message) { message.set("X-Spaces", "  a   b \t c  "); },
                         "host;x-amz-date;x-spaces"));
}

TEST(Conformance_Row36, UnknownAccessKeyIds) {
  LiveCredential credential = client().endpoint().credential;
  const std::string known = credential.access_key_id;
  std::string lower = known;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  for (const std::string& id : {std::string("UNKNOWNUNKNOWNUNKNOW"),
                                "Invalid" + known,
                                known + "A",
                                known.substr(1),
                                lower,
                                std::string(200, 'A'),
                                std::string("A")}) {
    SCOPED_TRACE(id);
    credential.access_key_id = id;
    expect_401(with_credential(credential));
  }
}

TEST(Conformance_Row37, WrongSecrets) {
  LiveCredential credential = client().endpoint().credential;
  const std::string right = credential.secret_access_key;
  std::string other_case = right;
  for (char& c : other_case) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(std::isupper(byte) != 0 ? std::tolower(byte) : std::toupper(byte));
  }
  for (const std::string& secret : {std::string(43, 'x'),
                                    "Invalid" + right,
                                    right.substr(0, right.size() - 1),
                                    right.substr(0, 43) + "#",
                                    right + "A",
                                    right.substr(1),
                                    other_case}) {
    credential.secret_access_key = secret;
    expect_401(with_credential(credential));
  }
}

TEST(Conformance_Row38, ChangesOfWhatIsSigned) {
  for (std::size_t i = 0; i < 64; ++i) {
    expect_401(with_authorization([&](std::string text) {
      char& digit = text[text.size() - 64 + i];
      digit = digit == '0' ? '1' : '0';
      return text;
    }));
  }
  const std::string body = metadata_body();
  for (std::size_t i = 0; i < body.size(); i += 16) {
    expect_401(bent_after(
        [&](XksMessage& message) { message.body[i] = static_cast<char>(message.body[i] ^ 1); }));
  }
  expect_401(bent_after([](XksMessage& message) { message.body.pop_back(); }));
  expect_401(bent_after([](XksMessage& message) { message.body += ' '; }));
  expect_401(bent_after([](XksMessage& message) { message.body.clear(); }));
  expect_401(ask(
      nothing,
      [](XksMessage& message) { message.set("Content-Type", "application/jsom"); },
      "content-type;host;x-amz-date"));
}

TEST(Conformance_Row39, SignaturesOfOtherRequests) {
  expect_401(bent_after([](XksMessage& message) { message.target = client().target("/health"); }));
  expect_401(bent_after(
      [](XksMessage& message) { message.target = client().target("/keys/normal/encrypt"); }));
  expect_401(bent_after(
      [](XksMessage& message) { message.target = client().target("/keys/other/metadata"); }));
  expect_401(bent_after([](XksMessage& message) { message.set("Host", "xks.example.com"); }));
}

TEST(Conformance_Row40, OtherKindsOfAuthorization) {
  expect_401(bent_after([](XksMessage& message) { message.remove("Authorization"); }));
  for (const char* value :
       {"", "Basic dXNlcjpwYXNz", "Bearer abc.def.ghi", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 "}) {
    expect_401(with_authorization([&](const std::string&) { return value; }));
  }
  for (const char* algorithm : {"aws4-hmac-sha256",
                                "AWS4-HMAC-SHA1",
                                "AWS4-HMAC-SHA512",
                                "AWS4-ECDSA-P256-SHA256",
                                "AWS4-HMAC-SHA256,",
                                "AWS5-HMAC-SHA256"}) {
    SCOPED_TRACE(algorithm);
    expect_401(with_replaced("AWS4-HMAC-SHA256", algorithm));
  }
}

TEST(Conformance_Row41, PartsOfAuthorization) {
  const std::string& id = client().endpoint().credential.access_key_id;
  expect_401(with_replaced("Credential=", "Credentials="));
  expect_401(with_replaced(", SignedHeaders=host;x-amz-date", ""));
  expect_401(with_authorization(
      [](const std::string& text) { return text.substr(0, text.find(", Signature=")); }));
  expect_401(with_authorization([](const std::string& text) {
    return "AWS4-HMAC-SHA256 " + text.substr(text.find("SignedHeaders="));
  }));
  expect_401(with_authorization([](const std::string& text) { return text + ", Signature=ab"; }));
  expect_401(with_authorization(
      [](const std::string& text) { return text + ", SignedHeaders=host;x-amz-date"; }));
  expect_401(with_authorization([](const std::string& text) { return text + ", Extra=1"; }));
  expect_401(with_authorization([](const std::string& text) { return text + ","; }));
  expect_401(with_replaced("/aws4_request", ""));
  expect_401(with_replaced("/aws4_request", "/more/aws4_request"));
  expect_401(with_replaced(id + "/", id + "//"));
  expect_401(with_replaced(id + "/", "/"));
  expect_401(
      with_authorization([](const std::string& text) { return text + std::string(9000, 'a'); }));
  const XksReply huge = client().once([&] {
    XksMessage message = client().message("/keys/normal/metadata", metadata_body());
    message.set("Authorization", "AWS4-HMAC-SHA256 " + std::string(16'000, 'a'));
    return message;
  }());
  EXPECT_TRUE(huge.status == 401 || huge.status == 431) << huge.text();
}

TEST(Conformance_Row42, SignedHeadersLists) {
  expect_401(bent_before(nothing, "host"));
  expect_401(bent_before(nothing, "x-amz-date"));
  expect_401(bent_before(nothing, "content-type"));
  expect_401(bent_before(nothing, "x-amz-date;host"));
  expect_401(bent_before(nothing, "host;host;x-amz-date"));
  expect_401(with_replaced("host;x-amz-date", "Host;X-Amz-Date"));
  expect_401(with_replaced("host;x-amz-date", ""));
  expect_401(with_replaced("host;x-amz-date", "host;;x-amz-date"));
  expect_401(with_replaced("host;x-amz-date", ";host;x-amz-date"));
  expect_401(with_replaced("host;x-amz-date", "host;x-amz-date;"));
  expect_401(with_replaced("host;x-amz-date", "host;x-absent;x-amz-date"));
  expect_401(ask([](XksMessage& message) { message.set("X-Signed", "1"); },
                 [](XksMessage& message) { message.remove("X-Signed"); },
                 "host;x-amz-date;x-signed"));
}

}  // namespace
}  // namespace tercet::test
