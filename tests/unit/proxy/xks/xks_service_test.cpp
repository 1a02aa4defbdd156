#include "proxy/xks/xks_service.h"

#include <set>
#include <tuple>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "tests/unit/proxy/xks/fake_key_service.h"

namespace tercet::proxy {
namespace {

constexpr std::int64_t kNow = 1768464550;  // 2026-01-15 08:09:10 UTC
constexpr std::string_view kDate = "20260115T080910Z";
constexpr std::string_view kAccessKey = "TERCET7KEYSTORE2EXAMPLE5";
constexpr std::string_view kMetadata =
    R"("requestMetadata":{"awsPrincipalArn":"arn:p","kmsOperation":"Encrypt",)"
    R"("kmsRequestId":"id-1","kmsKeyArn":"arn:k","kmsViaService":"s3"})";

class FixedClock final : public WallClock {
 public:
  std::int64_t now_seconds() const override { return kNow; }
};

class FakeHealth final : public HealthSource {
 public:
  Result<xks::HealthResponse> health() const override {
    if (stale) {
      return Error(Errc::timeout, "stale");
    }
    xks::HealthResponse response;
    response.proxy_vendor = "Tercet";
    response.fleet.resize(1);
    response.fleet[0].id = "node-1";
    return response;
  }

  bool stale = false;
};

class Records final : public RequestObserver {
 public:
  void finished(const RequestRecord& record) override { all.push_back(record); }

  std::vector<RequestRecord> all;
};

std::string authorization(std::string_view access_key,
                          std::string_view region = "us-east-1",
                          std::string_view date = "20260115") {
  return "AWS4-HMAC-SHA256 Credential=" + std::string(access_key) + "/" + std::string(date) + "/" +
         std::string(region) +
         "/kms-xks-proxy/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
         std::string(64, 'a');
}

std::string encrypt_body(std::string_view extra = "") {
  return "{" + std::string(kMetadata) +
         R"(,"plaintext":"dGhyZXNob2xk","encryptionAlgorithm":"AES_GCM")" + std::string(extra) +
         "}";
}

std::string decrypt_body(std::string_view iv = "oKGio6Slpqeoqaqr",
                         std::string_view tag = "pDHf2KiQnR7ofDOse9AWiw==") {
  return "{" + std::string(kMetadata) + R"(,"ciphertext":"knAOSDajbdMG","initializationVector":")" +
         std::string(iv) + R"(","authenticationTag":")" + std::string(tag) +
         R"(","encryptionAlgorithm":"AES_GCM","ciphertextMetadata":"AQAAAAc="})";
}

std::string metadata_body() {
  return "{" + std::string(kMetadata) + "}";
}

std::string health_body() {
  return R"({"requestMetadata":{"kmsOperation":"KmsHealthCheck","kmsRequestId":"id"}})";
}

XksRequest request(std::string_view path, std::string_view body) {
  XksRequest out;
  out.method = "POST";
  out.target = "/blue/kms/xks/v1" + std::string(path);
  out.headers = {{"Host", "xks.example.test"},
                 {"X-Amz-Date", std::string(kDate)},
                 {"Content-Type", "application/json"},
                 {"Authorization", authorization(kAccessKey)}};
  out.body = to_bytes(as_bytes(body));
  return out;
}

void set_header(XksRequest& to, std::string_view name, const std::string& value) {
  for (auto& header : to.headers) {
    if (header.first == name) {
      header.second = value;
    }
  }
}

void drop_header(XksRequest& from, std::string_view name) {
  std::erase_if(from.headers, [&](const auto& header) { return header.first == name; });
}

StoreTable stores() {
  KeyStore blue;
  blue.name = "blue";
  blue.base_path = "/blue/kms/xks/v1";
  blue.regions = {"us-east-1"};
  blue.access_key_ids = {std::string(kAccessKey)};
  KeyStore green = blue;
  green.name = "green";
  green.base_path = "/kms/xks/v1";
  green.access_key_ids = {"GREEN7KEYSTORE2EXAMPLE55"};
  return StoreTable::make({blue, green}).value();
}

class XksServiceTest : public testing::Test {
 protected:
  XksReply ask(XksRequest what) {
    XksServiceOptions options;
    options.key_prefix = key_prefix;
    XksService service(table, keys, health, clock, real_clock(), records, options);
    return block_on(
        context, service.handle(std::move(what), Deadline::in(real_clock(), Milliseconds(1000))));
  }

  std::string text(const XksReply& reply) { return std::string(as_text(reply.body)); }

  void expect_error(XksRequest what, unsigned status, std::string_view name) {
    const XksReply reply = ask(std::move(what));
    EXPECT_EQ(reply.status, status) << name;
    EXPECT_NE(text(reply).find("{\"errorName\":\"" + std::string(name) + "\""), std::string::npos)
        << text(reply);
    EXPECT_EQ(text(reply).find('\n'), std::string::npos);
  }

  bool nodes_were_asked() {
    return !keys.questions.empty() || !keys.encrypts.empty() || !keys.decrypts.empty();
  }

  asio::io_context context;
  StoreTable table = stores();
  test::FakeKeyService keys;
  FakeHealth health;
  FixedClock clock;
  Records records;
  std::string key_prefix;
};

TEST_F(XksServiceTest, AnswersPathsThatAreNotOursBeforeAnythingElse) {
  for (const std::string_view path : {"",
                                      "/",
                                      "/health/",
                                      "/healthz",
                                      "/keys",
                                      "/keys/",
                                      "/keys//encrypt",
                                      "/keys/foo",
                                      "/keys/foo/",
                                      "/keys/foo/sign",
                                      "/keys/foo/encrypt/",
                                      "/keys/foo/Encrypt",
                                      "/keys/%66oo/encrypt",
                                      "/keys/../encrypt",
                                      "/keys/./encrypt",
                                      "/keys/foo;x/encrypt",
                                      "/health?x=1",
                                      "/invalid/kms/xks/v1/health"}) {
    expect_error(request(path, health_body()), 404, "InvalidUriPathException");
  }
  XksRequest other = request("/health", health_body());
  other.target = "/blue/kms/xks/v2/health";
  expect_error(std::move(other), 404, "InvalidUriPathException");
  XksRequest long_key = request("/keys/" + std::string(129, 'k') + "/encrypt", encrypt_body());
  expect_error(std::move(long_key), 404, "InvalidUriPathException");
  EXPECT_FALSE(nodes_were_asked());
}

TEST_F(XksServiceTest, AllowsNothingButPost) {
  for (const std::string_view method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    for (const std::string_view path :
         {"/health", "/keys/foo/metadata", "/keys/foo/encrypt", "/keys/foo/decrypt"}) {
      XksRequest what = request(path, "");
      what.method = method;
      const XksReply reply = ask(std::move(what));
      EXPECT_EQ(reply.status, 405U);
      EXPECT_TRUE(reply.allow_post);
      EXPECT_TRUE(reply.body.empty());
    }
  }
  EXPECT_FALSE(nodes_were_asked());
}

TEST_F(XksServiceTest, RefusesWhatNeedsNoSecretByItself) {
  std::vector<XksRequest> bad;
  const auto variant = [&] { return &bad.emplace_back(request("/health", health_body())); };
  drop_header(*variant(), "Authorization");
  drop_header(*variant(), "X-Amz-Date");
  set_header(*variant(), "Authorization", authorization("UNKNOWN7KEYSTORE2EXAMPL5"));
  set_header(*variant(), "Authorization", authorization("invalidTERCET7KEYSTORE2EXAMPLE5"));
  set_header(*variant(), "Authorization", authorization("GREEN7KEYSTORE2EXAMPLE55"));
  set_header(*variant(), "Authorization", authorization(kAccessKey, "eu-west-1"));
  set_header(*variant(), "Authorization", authorization(kAccessKey, "us-east-1", "20260114"));
  set_header(*variant(), "Authorization", "Basic abc");
  set_header(*variant(), "X-Amz-Date", "20260115T081411Z");
  set_header(*variant(), "X-Amz-Date", "20260115T080409Z");
  set_header(*variant(), "X-Amz-Date", "2026-01-15T08:09:10Z");
  variant()->headers.emplace_back("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");

  std::set<std::string> bodies;
  for (XksRequest& what : bad) {
    const XksReply reply = ask(std::move(what));
    EXPECT_EQ(reply.status, 401U);
    bodies.insert(text(reply));
  }

  EXPECT_EQ(bodies.size(), 1U) << "all 401 bodies are identical";
  EXPECT_NE(bodies.begin()->find("AuthenticationFailedException"), std::string::npos);
  EXPECT_FALSE(nodes_were_asked());
}

TEST_F(XksServiceTest, AcceptsAClockThatIsOffByFiveMinutes) {
  for (const std::string_view date : {"20260115T081410Z", "20260115T080410Z"}) {
    XksRequest what = request("/health", health_body());
    set_header(what, "X-Amz-Date", std::string(date));
    EXPECT_EQ(ask(std::move(what)).status, 200U) << date;
  }
}

TEST_F(XksServiceTest, AnswersAFaultyBodyOnlyAfterTheNodesAuthenticatedIt) {
  const std::vector<std::pair<std::string_view, std::string>> bad = {
      {"/health", ""},
      {"/health", "{}"},
      {"/health", R"({"requestMetadata":{}})"},
      {"/health", "[]"},
      {"/health", "null"},
      {"/keys/foo/metadata", "{}"},
      {"/keys/foo/metadata", R"({"requestMetadata":{"awsPrincipalArn":"a"}})"},
      {"/keys/foo/encrypt", "{" + std::string(kMetadata) + "}"},
      {"/keys/foo/encrypt", encrypt_body() + "x"},
      {"/keys/foo/encrypt", encrypt_body(R"(,"plaintext":"")")},
      {"/keys/foo/encrypt", encrypt_body(R"(,"additionalAuthenticatedData":"a-_=")")},
      {"/keys/foo/encrypt", encrypt_body(R"(,"ciphertextDataIntegrityValueAlgorithm":"SHA_512")")},
      {"/keys/foo/decrypt", encrypt_body()},
      {"/keys/foo/decrypt", decrypt_body("####")}};
  for (const auto& [path, body] : bad) {
    keys.questions.clear();
    keys.authenticity = std::optional<mpc::wire::KeyFacts>();
    expect_error(request(path, body), 400, "ValidationException");
    ASSERT_EQ(keys.questions.size(), 1U) << body;
    EXPECT_TRUE(keys.questions[0].form_error);
    EXPECT_FALSE(keys.questions[0].request.body);

    keys.authenticity = Error(Errc::not_authenticated, "scripted");
    expect_error(request(path, body), 401, "AuthenticationFailedException");
  }
  EXPECT_TRUE(keys.encrypts.empty());
  EXPECT_TRUE(keys.decrypts.empty());
}

TEST_F(XksServiceTest, WantsJsonAsContentType) {
  XksRequest missing = request("/keys/foo/encrypt", encrypt_body());
  drop_header(missing, "Content-Type");
  expect_error(std::move(missing), 400, "ValidationException");
  XksRequest plain = request("/keys/foo/encrypt", encrypt_body());
  set_header(plain, "Content-Type", "text/plain");
  expect_error(std::move(plain), 400, "ValidationException");

  for (const std::string_view type : {"application/json; charset=utf-8", "Application/JSON"}) {
    XksRequest good = request("/keys/foo/encrypt", encrypt_body());
    set_header(good, "Content-Type", std::string(type));
    EXPECT_EQ(ask(std::move(good)).status, 200U) << type;
  }
}

TEST_F(XksServiceTest, StatesTheFactsOfAKey) {
  mpc::wire::KeyFacts facts;
  facts.enabled = true;
  facts.may_encrypt = true;
  facts.may_decrypt = true;
  keys.authenticity = std::optional(facts);
  EXPECT_EQ(text(ask(request("/keys/foo/metadata", metadata_body()))),
            R"({"keySpec":"AES_256","keyUsage":["ENCRYPT","DECRYPT"],"keyStatus":"ENABLED"})");

  facts.enabled = false;
  facts.may_decrypt = false;
  keys.authenticity = std::optional(facts);
  EXPECT_EQ(text(ask(request("/keys/foo/metadata", metadata_body()))),
            R"({"keySpec":"AES_256","keyUsage":["ENCRYPT"],"keyStatus":"DISABLED"})");
}

TEST_F(XksServiceTest, AnswersEveryErrorOfTheNodesWithItsRow) {
  const std::vector<std::tuple<Errc, unsigned, std::string_view>> rows = {
      {Errc::not_authenticated, 401, "AuthenticationFailedException"},
      {Errc::replayed, 401, "AuthenticationFailedException"},
      {Errc::not_found, 404, "KeyNotFoundException"},
      {Errc::denied, 403, "AccessDeniedException"},
      {Errc::overloaded, 429, "ThrottlingException"},
      {Errc::exhausted, 429, "ThrottlingException"},
      {Errc::wrong_state, 400, "InvalidStateException"},
      {Errc::wrong_usage, 400, "InvalidKeyUsageException"},
      {Errc::bad_ciphertext, 400, "InvalidCiphertextException"},
      {Errc::unsupported, 501, "UnsupportedOperationException"},
      {Errc::timeout, 503, "DependencyTimeoutException"},
      {Errc::link_closed, 503, "DependencyTimeoutException"},
      {Errc::closed, 503, "DependencyTimeoutException"},
      {Errc::protocol_abort, 500, "InternalException"},
      {Errc::internal, 500, "InternalException"}};
  for (const auto& [code, status, name] : rows) {
    keys.decrypt_error = code;
    expect_error(request("/keys/foo/decrypt", decrypt_body()), status, name);
    keys.encrypt_error = code;
    expect_error(request("/keys/foo/encrypt", encrypt_body()), status, name);
    keys.authenticity = Error(code, "scripted");
    expect_error(request("/keys/foo/metadata", metadata_body()), status, name);
  }
}

TEST_F(XksServiceTest, NotesThatTwoNodesConfirmedTheSignatureWhateverItsAnswerIs) {
  const auto noted = [this](XksRequest what, unsigned status) {
    EXPECT_EQ(ask(std::move(what)).status, status);
    return records.all.back().authentic;
  };
  const auto encrypt_request = [] { return request("/keys/foo/encrypt", encrypt_body()); };
  const auto decrypt_request = [] { return request("/keys/foo/decrypt", decrypt_body()); };
  EXPECT_TRUE(noted(encrypt_request(), 200));
  EXPECT_TRUE(noted(decrypt_request(), 200));
  EXPECT_TRUE(noted(request("/health", health_body()), 200));
  EXPECT_TRUE(noted(request("/keys/foo/encrypt", "{}"), 400));
  EXPECT_TRUE(noted(request("/keys/foo/metadata", metadata_body()), 500)) << "no facts";
  keys.forged_aad = Bytes{1};
  EXPECT_TRUE(noted(request("/keys/foo/encrypt",
                            encrypt_body(R"(,"ciphertextDataIntegrityValueAlgorithm":"SHA_256")")),
                    500));
  const std::string long_aad(22000, 'A');
  EXPECT_TRUE(noted(request("/keys/foo/encrypt",
                            encrypt_body(R"(,"additionalAuthenticatedData":")" + long_aad + "\"")),
                    501));
  health.stale = true;
  EXPECT_TRUE(noted(request("/health", health_body()), 503));

  for (const Errc code : {Errc::not_found, Errc::denied, Errc::wrong_state, Errc::wrong_usage}) {
    keys.encrypt_error = code;
    EXPECT_TRUE(noted(encrypt_request(), xks_error(code).status)) << errc_name(code);
    keys.authenticity = Error(code, "scripted");
    EXPECT_TRUE(noted(request("/keys/foo/metadata", metadata_body()), xks_error(code).status));
  }
  keys.decrypt_error = Errc::bad_ciphertext;
  EXPECT_TRUE(noted(decrypt_request(), 400));

  for (const Errc code :
       {Errc::not_authenticated, Errc::exhausted, Errc::timeout, Errc::internal}) {
    keys.encrypt_error = code;
    keys.decrypt_error = code;
    keys.authenticity = Error(code, "scripted");
    const unsigned status = xks_error(code).status;
    EXPECT_FALSE(noted(encrypt_request(), status)) << errc_name(code);
    EXPECT_FALSE(noted(decrypt_request(), status)) << errc_name(code);
    EXPECT_FALSE(noted(request("/keys/foo/metadata", metadata_body()), status));
    EXPECT_FALSE(noted(request("/keys/foo/encrypt", "{}"), status)) << "form";
  }
  EXPECT_FALSE(noted(request("/keys/foo/nothing", ""), 404));
}

TEST_F(XksServiceTest, HandsTheNodesTheSignedRequest) {
  EXPECT_EQ(ask(request("/keys/foo/decrypt", decrypt_body())).status, 200U);
  ASSERT_EQ(keys.decrypts.size(), 1U);
  const mpc::wire::ProxiedRequest& sent = keys.decrypts[0].request;
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.target, "/blue/kms/xks/v1/keys/foo/decrypt");
  EXPECT_EQ(as_text(*sent.body), decrypt_body());
  EXPECT_EQ(sent.headers.size(), 3U);  // host, x-amz-date, authorization
  EXPECT_EQ(keys.decrypts[0].ciphertext.size(), 9U);
}

TEST_F(XksServiceTest, KeepsThePlaintextOfAnEncryptToItself) {
  EXPECT_EQ(ask(request("/keys/foo/encrypt", encrypt_body())).status, 200U);
  ASSERT_EQ(keys.encrypts.size(), 1U);
  const EncryptJob& job = keys.encrypts[0];
  EXPECT_FALSE(job.request.body);
  EXPECT_EQ(as_text(job.plaintext), "threshold");
  EXPECT_EQ(job.key.text(), "foo");
  EXPECT_EQ(job.store, "/blue/kms/xks/v1");
  EXPECT_EQ(job.caller.principal_arn, "arn:p");
  EXPECT_EQ(job.caller.kms_request_id, "id-1");
}

TEST_F(XksServiceTest, GivesTheIntegrityValueIfAndOnlyIfAskedFor) {
  const XksReply without = ask(request("/keys/foo/encrypt", encrypt_body()));
  EXPECT_EQ(text(without).find("ciphertextDataIntegrityValue"), std::string::npos);

  const XksReply with = ask(request(
      "/keys/foo/encrypt", encrypt_body(R"(,"ciphertextDataIntegrityValueAlgorithm":"SHA_256")")));
  EXPECT_NE(text(with).find(R"("ciphertextDataIntegrityValue":"AwMD)"), std::string::npos);
  EXPECT_TRUE(keys.encrypts.back().wants_integrity_value);
}

TEST_F(XksServiceTest, VouchesForNothingThatTheBodyDoesNotSay) {
  keys.forged_aad = Bytes{1, 2, 3};
  expect_error(request("/keys/foo/encrypt",
                       encrypt_body(R"(,"ciphertextDataIntegrityValueAlgorithm":"SHA_256")")),
               500,
               "InternalException");
}

TEST_F(XksServiceTest, JudgesSizesOfTagAndIvAfterTheKey) {
  for (const std::string_view iv : {"", "oKGio6SlpqeoqQ==", "oKGio6SlpqeoqaqroKGio6SlpqeoqQ=="}) {
    expect_error(request("/keys/foo/decrypt", decrypt_body(iv)), 400, "InvalidCiphertextException");
  }
  expect_error(request("/keys/foo/decrypt", decrypt_body("oKGio6Slpqeoqaqr", "pDHf")),
               400,
               "InvalidCiphertextException");
  expect_error(request("/keys/foo/decrypt", decrypt_body("sLGys7S1tre4ubq7vL2+vw==")),
               501,
               "UnsupportedOperationException");

  ASSERT_FALSE(keys.questions.empty());
  EXPECT_FALSE(keys.questions[0].form_error) << "the nodes look at key and usage first";
  keys.authenticity = Error(Errc::wrong_usage, "scripted");
  expect_error(request("/keys/foo/decrypt", decrypt_body("")), 400, "InvalidKeyUsageException");
  EXPECT_TRUE(keys.decrypts.empty());
}

TEST_F(XksServiceTest, AnswersWhatIsTooLongWithUnsupportedOperation) {
  const std::string long_text(5764, 'A');  // 4,323 bytes: more than 270 blocks
  std::string body = encrypt_body();
  body.replace(body.find("dGhyZXNob2xk"), 12, long_text);
  expect_error(request("/keys/foo/encrypt", body), 501, "UnsupportedOperationException");
  const std::string long_aad(22000, 'A');  // 16,500 bytes: more than 1,024 GHASH blocks
  expect_error(request("/keys/foo/encrypt",
                       encrypt_body(R"(,"additionalAuthenticatedData":")" + long_aad + "\"")),
               501,
               "UnsupportedOperationException");
  EXPECT_TRUE(keys.encrypts.empty());
}

TEST_F(XksServiceTest, AnswersHealthFromMemoryToThoseWhomTheNodesConfirmed) {
  const XksReply good = ask(request("/health", health_body()));
  EXPECT_EQ(good.status, 200U);
  EXPECT_NE(text(good).find(R"("ekmFleetDetails":[{"id":"node-1")"), std::string::npos);

  health.stale = true;
  expect_error(request("/health", health_body()), 503, "DependencyTimeoutException");
  keys.authenticity = Error(Errc::not_authenticated, "scripted");
  expect_error(request("/health", health_body()), 401, "AuthenticationFailedException");
}

TEST_F(XksServiceTest, ServesOnlyKeysWithTheConfiguredPrefix) {
  key_prefix = "xks-";
  expect_error(request("/keys/foo/encrypt", encrypt_body()), 404, "KeyNotFoundException");
  keys.authenticity = Error(Errc::not_authenticated, "scripted");
  expect_error(request("/keys/foo/encrypt", encrypt_body()), 401, "AuthenticationFailedException");
  EXPECT_EQ(ask(request("/keys/xks-foo/encrypt", encrypt_body())).status, 200U);
}

TEST_F(XksServiceTest, TellsTheLogEverythingButSecrets) {
  EXPECT_EQ(ask(request("/keys/foo/encrypt", encrypt_body())).status, 200U);

  ASSERT_EQ(records.all.size(), 1U);
  const std::string line = print_record(records.all[0], kNow * 1000);
  for (const std::string_view part : {R"("store":"blue")",
                                      R"("operation":"Encrypt")",
                                      R"("key":"foo")",
                                      R"("kms_request_id":"id-1")",
                                      R"("principal":"arn:p")",
                                      R"("via_service":"s3")",
                                      R"("access_key_id":"TERCET7KEYSTORE2EXAMPLE5")",
                                      R"("status":200)"}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
  }
  EXPECT_EQ(line.find("threshold"), std::string::npos);
  EXPECT_EQ(line.find("dGhyZXNob2xk"), std::string::npos);
  EXPECT_EQ(line.find("aaaaaaaa"), std::string::npos) << "no signature";
}

TEST_F(XksServiceTest, KeepsOneLogLineWhateverTheMetadataSay) {
  std::string body = metadata_body();
  body.replace(body.find("id-1"), 4, R"(a\"b\nc\u0000d)");
  mpc::wire::KeyFacts facts;
  keys.authenticity = std::optional(facts);
  EXPECT_EQ(ask(request("/keys/foo/metadata", body)).status, 200U);

  const std::string line = print_record(records.all.at(0), 1);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find(R"("kms_request_id":"a\"b\nc)"), std::string::npos) << line;
}

TEST_F(XksServiceTest, CutsLongValuesInTheLog) {
  RequestRecord record;
  record.metadata.kms_request_id = std::string(100000, 'x');
  EXPECT_LT(print_record(record, 1).size(), 4096U);
}

}  // namespace
}  // namespace tercet::proxy
