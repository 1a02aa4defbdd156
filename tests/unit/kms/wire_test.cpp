// The wire, signatures and the event log.

#include <fstream>

#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

using Wire = KmsTest;

TEST_F(Wire, BadRequestsAreRefusedWithAName) {
  const auto refused = [&](const std::string& operation, const std::string& body) {
    const Reply reply = send(signed_request(operation, body));
    EXPECT_GE(reply.status, 400U) << body.substr(0, 40);
    EXPECT_LT(reply.status, 500U) << body.substr(0, 40);
    EXPECT_EQ(reply.request_id.size(), 36U);
    return reply.fault();
  };
  EXPECT_EQ(refused("NoSuch", "{}"), "UnknownOperationException");
  EXPECT_EQ(refused("listkeys", "{}"), "UnknownOperationException");
  const std::string form = "SerializationException";
  for (const std::string& body : {std::string("["),
                                  std::string("[]"),
                                  std::string("1"),
                                  std::string("{\"a\":}"),
                                  std::string("{\"a\":\"\\ud800\"}"),
                                  std::string("\xff"),
                                  std::string(5000, '['),
                                  "{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}",
                                  std::string("{\"Limit\":\"x\"}"),
                                  std::string("{\"Limit\":1.5}"),
                                  std::string("{\"Marker\":{}}")}) {
    EXPECT_EQ(refused("ListKeys", body), form) << body.substr(0, 40);
  }
  EXPECT_EQ(refused("Decrypt", R"({"CiphertextBlob":"%%%"})"), form);
  EXPECT_EQ(refused("Encrypt", R"({"KeyId":"k","Plaintext":"eA==","EncryptionContext":{"a":1}})"),
            form);
  EXPECT_EQ(refused("ListKeys", "{\"a\":\"" + std::string(200'000, 'x') + "\"}"),
            "RequestEntityTooLargeException");
  EXPECT_EQ(send(signed_request("ListKeys", "")).fault(), "") << "an empty body counts as {}";
  EXPECT_EQ(send(signed_request("ListKeys", R"({"Limit":null,"Unknown":1})")).fault(), "");
}

TEST_F(Wire, OtherPathsAndMethodsAreRefused) {
  HttpRequest elsewhere = signed_request("ListKeys", "{}");
  elsewhere.target = "/other";
  EXPECT_EQ(send(std::move(elsewhere)).status, 404U);
  EXPECT_EQ(send(HttpRequest("GET", "/")).status, 405U);
  EXPECT_EQ(send(HttpRequest("GET", "/ping")).status, 200U);
}

TEST_F(Wire, HeaderNamesAreOfAnyCase) {
  HttpRequest request = signed_request("ListKeys", "{}");
  for (HttpHeader& header : request.headers) {
    for (char& c : header.name) {
      c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  EXPECT_EQ(send(std::move(request)).fault(), "");
}

TEST_F(Wire, AnAccessKeyIdThatIsNoTextHarmsNobody) {
  make_connected_store();
  const std::string key = make_key();
  HttpRequest request =
      signed_request("Encrypt", Json{{"KeyId", key}, {"Plaintext", kHello}}.dump());
  std::string& value = request.headers.back().value;
  value.replace(value.find("alice"), 5, "\xff\xfe");
  EXPECT_EQ(send(std::move(request)).fault(), "");
}

TEST_F(Wire, OperationsWithoutOutputHaveAnEmptyBody) {
  make_connected_store();
  const std::string key = make_key();
  const HttpResponse response = block(signed_request("DisableKey", Json{{"KeyId", key}}.dump()));
  EXPECT_EQ(response.status, 200U);
  EXPECT_TRUE(response.body.empty());
  const HttpResponse connected =
      block(signed_request("ConnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}.dump()));
  EXPECT_EQ(as_text(connected.body), "{}");
}

class Signatures : public KmsTest {
 protected:
  Signatures() {
    std::ofstream(folder_.file("identities")) << R"({
      "AKIDLISTED": {"secret": "listed-secret", "principal": "arn:aws:iam::111122223333:user/bob",
                     "viaService": "s3.us-east-1.amazonaws.com", "sourceVpc": "vpc-1",
                     "sourceVpce": "vpce-1"}})";
    options.identities_file = folder_.file("identities");
    options.events_file = folder_.file("events");
    start();
  }

  std::string list_as(const std::string& id, const std::string& secret, const std::string& region) {
    return send(signed_by(id, secret, region, "ListKeys", Json::object())).fault();
  }

  std::vector<Json> events() const {
    std::vector<Json> out;
    std::ifstream stream(folder_.file("events"));
    for (std::string line; std::getline(stream, line);) {
      out.push_back(Json::parse(line));
    }
    return out;
  }

  ::tercet::test::TemporaryDirectory folder_;
};

TEST_F(Signatures, AreCheckedForListedIdentities) {
  EXPECT_EQ(list_as("AKIDLISTED", "listed-secret", "us-east-1"), "");
  EXPECT_EQ(list_as("AKIDLISTED", "wrong", "us-east-1"), "InvalidSignatureException");
  EXPECT_EQ(list_as("AKIDLISTED", "listed-secret", "eu-west-1"), "InvalidSignatureException");
  EXPECT_EQ(list_as("UNLISTED", "any", "us-east-1"), "");
  EXPECT_EQ(list_as("UNLISTED", "any", "eu-west-1"), "InvalidSignatureException");
  HttpRequest altered =
      signed_by("AKIDLISTED", "listed-secret", "us-east-1", "ListKeys", Json::object());
  altered.body = to_bytes(as_bytes(R"({"Limit":1})"));
  EXPECT_EQ(send(std::move(altered)).fault(), "InvalidSignatureException");
  HttpRequest stale =
      signed_by("AKIDLISTED", "listed-secret", "us-east-1", "ListKeys", Json::object());
  clock.now_ms += 3'600'000;
  EXPECT_EQ(send(std::move(stale)).fault(), "InvalidSignatureException");
  HttpRequest unsigned_request = signed_request("ListKeys", "{}");
  unsigned_request.headers.pop_back();
  EXPECT_EQ(send(std::move(unsigned_request)).fault(), "MissingAuthenticationTokenException");
  HttpRequest broken = signed_request("ListKeys", "{}");
  broken.headers.back().value = "AWS4-HMAC-SHA256 Credential=x";
  EXPECT_EQ(send(std::move(broken)).fault(), "IncompleteSignatureException");
  options.require_identity = true;
  start();
  EXPECT_EQ(list_as("UNLISTED", "any", "us-east-1"), "UnrecognizedClientException");
  EXPECT_EQ(list_as("AKIDLISTED", "listed-secret", "us-east-1"), "");
}

TEST_F(Signatures, AnIdentityStandsForAServiceTowardsTheProxy) {
  make_connected_store();
  const std::string key = make_key();
  const Json input{{"KeyId", key}, {"Plaintext", kHello}};
  ASSERT_EQ(send(signed_by("AKIDLISTED", "listed-secret", "us-east-1", "Encrypt", input)).fault(),
            "");
  const Json about = proxy.last("encrypt").about();
  EXPECT_EQ(about.at("awsPrincipalArn"), "arn:aws:iam::111122223333:user/bob");
  EXPECT_EQ(about.at("kmsViaService"), "s3.us-east-1.amazonaws.com");
  EXPECT_EQ(about.at("awsSourceVpc"), "vpc-1");
  EXPECT_EQ(about.at("awsSourceVpce"), "vpce-1");
  EXPECT_EQ(events().back().at("userIdentity").at("invokedBy"), "s3.us-east-1.amazonaws.com");
}

TEST_F(Signatures, EventsTellReadsFromWrites) {
  make_connected_store();
  const Json key{{"KeyId", make_key()}};
  for (const auto& [operation, reads] :
       std::vector<std::pair<const char*, bool>>{{"DescribeKey", true},
                                                 {"ListKeyRotations", true},
                                                 {"GetPublicKey", true},
                                                 {"GenerateRandom", true},
                                                 {"ReEncrypt", true},
                                                 {"DisableKey", false},
                                                 {"Sign", true},
                                                 {"CreateGrant", false}}) {
    call(operation, key);
    EXPECT_EQ(events().back().at("readOnly"), reads) << operation;
  }
}

TEST_F(Signatures, EachCallIsOneEventWithoutSecrets) {
  make_connected_store();
  const std::string key = make_key();
  const std::size_t before = events().size();
  const Reply sealed = call("Encrypt",
                            Json{{"KeyId", key},
                                 {"Plaintext", kHello},
                                 {"EncryptionContext", {{"Purpose", "Demo"}}},
                                 {"GrantTokens", Json::array({"dG9rZW4="})}});
  const Reply data_key = call("GenerateDataKey", Json{{"KeyId", key}, {"KeySpec", "AES_256"}});
  const Reply refused = call("Decrypt", Json{{"CiphertextBlob", sealed.text("CiphertextBlob")}});
  ASSERT_EQ(refused.fault(), "KMSInvalidStateException");
  const std::vector<Json> all = events();
  ASSERT_EQ(all.size(), before + 3);
  const Json& encrypted = all[before];
  EXPECT_EQ(encrypted.at("eventName"), "Encrypt");
  EXPECT_EQ(encrypted.at("requestID"), sealed.request_id);
  EXPECT_EQ(encrypted.at("requestParameters").at("encryptionContext").at("Purpose"), "Demo");
  EXPECT_EQ(encrypted.at("additionalEventData").at("customKeyStoreId"), store);
  EXPECT_EQ(encrypted.at("additionalEventData").at("xksKeyId"), "ext-1");
  EXPECT_EQ(encrypted.at("responseElements"), Json());
  EXPECT_EQ(encrypted.at("resources").at(0).at("ARN").get<std::string>().substr(39), key);
  EXPECT_EQ(all[before + 2].at("errorCode"), "KMSInvalidStateException");
  std::string everything;
  for (const Json& event : all) {
    everything += event.dump();
  }
  for (const std::string& secret : {std::string(kHello),
                                    std::string(ScriptedProxy::kSecret),
                                    std::string("dG9rZW4="),
                                    data_key.text("Plaintext"),
                                    data_key.text("CiphertextBlob"),
                                    sealed.text("CiphertextBlob")}) {
    EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
  }
  EXPECT_EQ(
      call("GetKeyLastUsage", Json{{"KeyId", key}}).body.at("KeyLastUsage").at("KmsRequestId"),
      data_key.request_id);
}

}  // namespace
}  // namespace tercet::kms::test
