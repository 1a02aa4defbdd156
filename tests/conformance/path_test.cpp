// Paths: rows 26 to 33.

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

/// Signed, to this target as it is.
XksReply ask(const LiveEndpoint& endpoint, const std::string& target, const std::string& body) {
  return client().call([&] {
    XksMessage message(endpoint, target, body);
    message.sign(endpoint.credential);
    return message;
  });
}

void expect_no_path(const std::string& target) {
  SCOPED_TRACE(target);
  const LiveEndpoint& endpoint = client().endpoint();
  XksMessage message(endpoint, target, metadata_body());
  if (target.find('?') == std::string::npos) {
    message.sign(endpoint.credential);
  }
  expect_error(client().once(message), 404, "InvalidUriPathException");
  XksMessage unsigned_one(endpoint, target, metadata_body());
  expect_error(client().once(unsigned_one), 404, "InvalidUriPathException");
}

TEST(Conformance_Row26, WrongPrefixes) {
  for (const char* base : {"/dev/invalid/kms/xks/v1",
                           "/de/kms/xks/v1",
                           "/devv/kms/xks/v1",
                           "/Dev/kms/xks/v1",
                           "/DEV/kms/xks/v1",
                           "/unknown/kms/xks/v1",
                           "/dev/dev/kms/xks/v1",
                           "/dev/kms/xks/v1/kms/xks/v1",
                           "/dev/KMS/xks/v1"}) {
    expect_no_path(std::string(base) + "/health");
    expect_no_path(std::string(base) + "/keys/normal/encrypt");
  }
}

TEST(Conformance_Row27, UnknownOperations) {
  expect_no_path("/dev/kms/xks/v2/health");
  expect_no_path("/dev/kms/xks/v1");
  expect_no_path("/dev/kms/xks/v1/");
  expect_no_path("/dev/kms/xks/v1/keys");
  expect_no_path("/dev/kms/xks/v1/keys/normal");
  expect_no_path("/dev/kms/xks/v1/keys/normal/");
  expect_no_path("/dev/kms/xks/v1/keys/normal/sign");
  expect_no_path("/dev/kms/xks/v1/keys/normal/Encrypt");
  expect_no_path("/dev/kms/xks/v1/keys//encrypt");
  expect_no_path("/dev/kms/xks/v1/keys/normal/encrypt/");
  expect_no_path("/dev/kms/xks/v1/health/");
  expect_no_path("/dev/kms/xks/v1/healthy");
  expect_no_path("/");
}

TEST(Conformance_Row28, NothingIsNormalised) {
  expect_no_path("/dev/kms/xks/v1/keys/%6eormal/encrypt");
  expect_no_path("/dev/kms/xks/v1/keys/../keys/normal/encrypt");
  expect_no_path("/dev/kms/xks/v1/keys/./normal/encrypt");
  expect_no_path("/dev/kms/xks/v1/keys/../encrypt");
  expect_no_path("/dev/kms/xks/v1/keys/./encrypt");
  expect_no_path("/dev/kms/xks/v1//keys/normal/encrypt");
  expect_no_path("//dev/kms/xks/v1/health");
  expect_no_path("/dev/kms/xks/v1/health;x");
  expect_no_path("/dev/kms/xks/v1/keys/normal;x/encrypt");
  expect_no_path("/dev/kms/xks/v1/health?");
  expect_no_path("/dev/kms/xks/v1/health?a=b");
  expect_no_path("/dev/kms/xks/v1/health%20");
}

TEST(Conformance_Row29, ShortestAndLongestKeyIds) {
  for (const std::string& key : {std::string("a"), longest_key_id()}) {
    ASSERT_TRUE(key.size() == 1 || key.size() == 128);
    const XksReply reply = client().post("/keys/" + key + "/metadata", metadata_body());
    EXPECT_EQ(reply.status, 200U) << reply.text();
    const Bytes text = bytes_of("under " + key);
    EXPECT_EQ(open(key, seal(key, text)), text);
  }
}

TEST(Conformance_Row30, IllFormedKeyIds) {
  const std::string keys = "/dev/kms/xks/v1/keys/";
  expect_no_path(keys + longest_key_id() + "x/encrypt");
  for (const char* id : {"a:b", "a~b", "a$b", "a@b", "a+b", "a,b", "a*b", "a!b", "a'b", "a=b"}) {
    expect_no_path(keys + id + "/encrypt");
    expect_no_path(keys + id + "/metadata");
  }
}

TEST(Conformance_Row31, UnknownKeys) {
  const std::string encrypt_body = encrypt_json(bytes_of("x")).dump();
  const std::string decrypt_body = decrypt_json(seal("normal", bytes_of("x"))).dump();
  const std::pair<std::string, std::string> requests[] = {
      {"/keys/non_existing_key/metadata", metadata_body()},
      {"/keys/non_existing_key/encrypt", encrypt_body},
      {"/keys/non_existing_key/decrypt", decrypt_body}};
  for (const auto& [path, body] : requests) {
    expect_error(client().post(path, body), 404, "KeyNotFoundException");
    expect_unauthenticated(client().once(client().message(path, body)));
  }
}

TEST(Conformance_Row32, LongUris) {
  const LiveEndpoint endpoint = endpoint_of(long_store());
  ASSERT_EQ(endpoint.uri_path.size(), 128U);
  const std::string target = endpoint.uri_path + "/keys/" + long_store_key() + "/metadata";
  ASSERT_GT(target.size(), 256U);
  const XksReply reply = ask(endpoint, target, metadata_body());
  EXPECT_EQ(reply.status, 200U) << reply.text();
  XksClient long_client(endpoint);
  const XksReply sealed =
      long_client.post("/keys/" + long_store_key() + "/encrypt", encrypt_json(pattern(32)).dump());
  EXPECT_EQ(sealed.status, 200U) << sealed.text();
  // A well-formed URI of exactly 256 characters, whose key does not exist.
  const std::size_t room = 256 - (endpoint.uri_path + "/keys//encrypt").size();
  const std::string exact = endpoint.uri_path + "/keys/" + std::string(room, 'k') + "/encrypt";
  ASSERT_EQ(exact.size(), 256U);
  expect_error(ask(endpoint, exact, encrypt_json(pattern(32)).dump()), 404, "KeyNotFoundException");
}

TEST(Conformance_Row33, StoresAreIsolated) {
  const LiveEndpoint plain = endpoint_of(plain_store());
  ASSERT_EQ(plain.uri_path, "/kms/xks/v1");
  XksClient other(plain);
  EXPECT_EQ(other.post("/health", health_body()).status, 200U);
  EXPECT_EQ(other.post("/keys/plain_key/metadata", metadata_body()).status, 200U);
  expect_error(
      client().post("/keys/plain_key/metadata", metadata_body()), 404, "KeyNotFoundException");
  const std::string body = encrypt_json(bytes_of("of another store")).dump();
  expect_error(other.post("/keys/normal/metadata", metadata_body()), 404, "KeyNotFoundException");
  expect_error(other.post("/keys/normal/encrypt", body), 404, "KeyNotFoundException");
  expect_error(client().post("/keys/plain_key/encrypt", body), 404, "KeyNotFoundException");
  const std::string sealed = decrypt_json(seal("normal", bytes_of("x"))).dump();
  expect_error(other.post("/keys/normal/decrypt", sealed), 404, "KeyNotFoundException");
  // The empty prefix is a part of no other path.
  expect_no_path("/x/kms/xks/v1/health");
}

}  // namespace
}  // namespace tercet::test
