// The 49 tests of AWS's conformance client, as section 24.1 of the reference lists them, with the
// statuses that the client itself does not look at. 50 and 51: mutual_tls_test.cpp.

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

/// Requests of one operation as the client sends them; `credential` and `base` may be wrong ones.
class AwsClient {
 public:
  AwsClient() : endpoint_(live_cluster().proxy()) {}

  AwsClient& bad_access_key_id() {
    endpoint_.credential.access_key_id = "Invalid" + endpoint_.credential.access_key_id;
    return *this;
  }

  AwsClient& bad_secret() {
    endpoint_.credential.secret_access_key = "Invalid" + endpoint_.credential.secret_access_key;
    return *this;
  }

  AwsClient& bad_prefix() {
    endpoint_.uri_path = "/dev/invalid/kms/xks/v1";
    return *this;
  }

  /// As curl signs.
  XksReply post(const std::string& rest, const std::string& body) {
    return client().call([&] {
      XksMessage message(endpoint_, endpoint_.uri_path + rest, body);
      message.sign(endpoint_.credential, "content-type;host;x-amz-date");
      return message;
    });
  }

 private:
  LiveEndpoint endpoint_;
};

constexpr const char* kEmptyMetadata = R"({"requestMetadata":{}})";

void expect_contains(const XksReply& reply, const std::string& text) {
  EXPECT_EQ(reply.status, 200U) << reply.text();
  EXPECT_NE(reply.raw.body.find(text), std::string::npos) << reply.text();
}

/// Refusals that every operation has: wrong access key id, secret, prefix.
void expect_refusals(const std::string& path, const std::string& body) {
  expect_unauthenticated(AwsClient().bad_access_key_id().post(path, body));
  expect_unauthenticated(AwsClient().bad_secret().post(path, body));
  expect_error(AwsClient().bad_prefix().post(path, body), 404, "InvalidUriPathException");
}

TEST(AwsClient, Tests1To6_Health) {
  expect_contains(AwsClient().post("/health", health_body()), "\"healthStatus\":");
  expect_validation(AwsClient().post("/health", "{}"));
  expect_validation(AwsClient().post("/health", kEmptyMetadata));
  expect_refusals("/health", health_body());
}

TEST(AwsClient, Tests7To14_Metadata) {
  const std::string path = "/keys/normal/metadata";
  expect_contains(AwsClient().post(path, metadata_body("DescribeKey")), "\"keyStatus\":");
  expect_contains(AwsClient().post(path, metadata_body("CreateKey")), "\"keyStatus\":");
  expect_validation(AwsClient().post(path, "{}"));
  expect_validation(AwsClient().post(path, kEmptyMetadata));
  expect_error(AwsClient().post("/keys/non_existing_key/metadata", metadata_body()),
               404,
               "KeyNotFoundException");
  expect_refusals(path, metadata_body());
}

TEST(AwsClient, Tests15To19_EncryptRefused) {
  const Json body = encrypt_json(bytes_of("Hello World!"));
  expect_error(
      AwsClient().post("/keys/non_existing_key/encrypt", body.dump()), 404, "KeyNotFoundException");
  Json without = body;
  without.erase("plaintext");
  expect_validation(AwsClient().post("/keys/normal/encrypt", without.dump()));
  expect_refusals("/keys/normal/encrypt", body.dump());
}

/// Encrypt with one AAD, decrypt with another.
class Round {
 public:
  Bytes plaintext = bytes_of("Hello World!");
  Bytes aad;
  Bytes decrypt_aad;
  bool integrity_value = false;
  std::string key = "normal";
};

XksReply go(const Round& round) {
  const XksReply sealed =
      AwsClient().post("/keys/" + round.key + "/encrypt",
                       encrypt_json(round.plaintext, round.aad, round.integrity_value).dump());
  expect_contains(sealed, "\"ciphertext\":");
  EXPECT_EQ(sealed.json.contains("ciphertextDataIntegrityValue"), round.integrity_value);
  Sealed values;
  values.ciphertext = sealed.bytes("ciphertext");
  values.iv = sealed.bytes("initializationVector");
  values.tag = sealed.bytes("authenticationTag");
  values.metadata = sealed.bytes("ciphertextMetadata");
  values.aad = round.decrypt_aad;
  XksReply opened =
      AwsClient().post("/keys/" + round.key + "/decrypt", decrypt_json(values).dump());
  if (opened.status == 200) {
    EXPECT_EQ(opened.bytes("plaintext"), round.plaintext);
  }
  return opened;
}

TEST(AwsClient, Tests20To25_OtherAadOnDecrypt) {
  Round round;
  round.aad = bytes_of("project=nile,department=marketing");
  for (int twice = 0; twice < 2; ++twice) {
    expect_error(go(round), 400, "InvalidCiphertextException");
  }
  round.decrypt_aad = bytes_of("project=nile,department=sales");
  expect_error(go(round), 400, "InvalidCiphertextException");
}

TEST(AwsClient, Tests26To35_RoundTrips) {
  Round round;
  expect_contains(go(round), "\"plaintext\":");
  round.integrity_value = true;
  expect_contains(go(round), "\"plaintext\":");
  round.aad = round.decrypt_aad = bytes_of("project=nile,department=marketing");
  expect_contains(go(round), "\"plaintext\":");
  round.integrity_value = false;
  expect_contains(go(round), "\"plaintext\":");
  round.plaintext = pattern(4096);
  round.aad = round.decrypt_aad = pattern(8192, 2);
  expect_contains(go(round), "\"plaintext\":");
}

TEST(AwsClient, Tests36To41_EncryptOnlyKey) {
  Round round;
  round.key = "encrypt_only_key";
  expect_error(go(round), 400, "InvalidKeyUsageException");
  round.aad = round.decrypt_aad = bytes_of("aad");
  expect_error(go(round), 400, "InvalidKeyUsageException");
  for (const Bytes& aad : {bytes_of("aad"), Bytes()}) {
    expect_error(AwsClient().post("/keys/encrypt_only_key/encrypt",
                                  encrypt_json(bytes_of("x"), aad, true).dump()),
                 400,
                 "InvalidKeyUsageException");
  }
}

TEST(AwsClient, Tests42To49_DecryptOnlyAndImpotentKeys) {
  for (const char* key : {"decrypt_only_key", "impotent_key"}) {
    for (const bool integrity : {false, true}) {
      for (const Bytes& aad : {bytes_of("aad"), Bytes()}) {
        expect_error(AwsClient().post("/keys/" + std::string(key) + "/encrypt",
                                      encrypt_json(bytes_of("x"), aad, integrity).dump()),
                     400,
                     "InvalidKeyUsageException");
      }
    }
  }
}

}  // namespace
}  // namespace tercet::test
