#include "tests/unit/kms/kms_fixture.h"

#include "core/async/block_on.h"
#include "core/async/deadline.h"
#include "core/crypto/hash.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"
#include "core/sigv4/canonical_request.h"
#include "core/sigv4/sign.h"
#include "tests/kms/identity.h"

namespace tercet::kms::test {
namespace {

constexpr int kPollsMax = 20'000;

}  // namespace

KmsTest::KmsTest() : proxy(context_.get_executor(), clock, "localhost") {
  options.listen = "127.0.0.1:0";
  options.xks_ca = {ProxyFiles::get().file("ca.crt")};
  options.connect_delay = Milliseconds(0);
  options.xks_timeout = Milliseconds(20'000);  // of a busy machine
  options.health_interval = Milliseconds(3'600'000);
  start();
}

KmsTest::~KmsTest() {
  stop();
  block_on(context_, proxy.stop());
}

void KmsTest::start() {
  stop();
  service = KmsService::make(context_.get_executor(), options, clock, system_random()).value();
  service->start();
}

void KmsTest::stop() {
  if (service) {
    block_on(context_, service->stop());
    service.reset();
  }
}

HttpRequest KmsTest::signed_request(const std::string& operation, const std::string& body) const {
  const std::string date = sigv4::print_amz_date(clock.now_seconds());
  HttpRequest request("POST", "/");
  request.headers.emplace_back("Host", "127.0.0.1");
  request.headers.emplace_back("Content-Type", "application/x-amz-json-1.1");
  request.headers.emplace_back("X-Amz-Target", "TrentService." + operation);
  request.headers.emplace_back("X-Amz-Date", date);
  request.headers.emplace_back(
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=alice/" + date.substr(0, 8) +
          "/us-east-1/kms/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
          "Signature=" +
          std::string(64, '0'));
  request.body = to_bytes(as_bytes(body));
  request.arrival.remote_address = "127.0.0.1:4711";
  return request;
}

HttpRequest KmsTest::signed_by(const std::string& id,
                               const std::string& secret,
                               const std::string& region,
                               const std::string& operation,
                               const Json& input) const {
  HttpRequest request = signed_request(operation, input.dump());
  request.headers.pop_back();
  const std::vector<sigv4::Header> headers = headers_of(request);
  const sigv4::RequestView view{request.method, request.target, headers};
  sigv4::Signer signer;
  signer.access_key_id = id;
  signer.region = region;
  signer.service = "kms";
  const std::vector<std::string> names = {"host", "x-amz-date", "x-amz-target"};
  request.headers.emplace_back(
      "Authorization",
      sigv4::sign(view, sha256(request.body), names, signer, SecretBytes::copy_of(as_bytes(secret)))
          .value());
  return request;
}

HttpResponse KmsTest::block(HttpRequest request) {
  return block_on(context_, service->handle(std::move(request)));
}

Task<Reply> KmsTest::send_task(HttpRequest request) {
  const HttpResponse response = co_await service->handle(std::move(request));
  Reply reply;
  reply.status = response.status;
  reply.body =
      response.body.empty() ? Json::object() : Json::parse(as_text(response.body), nullptr, false);
  if (const std::string* id = response.find("x-amzn-RequestId")) {
    reply.request_id = *id;
  }
  co_return reply;
}

Reply KmsTest::send(HttpRequest request) {
  return block_on(context_, send_task(std::move(request)));
}

Reply KmsTest::call(const std::string& operation, const Json& input) {
  return send(signed_request(operation, input.dump()));
}

std::string KmsTest::fault(const std::string& operation, const Json& input) {
  return call(operation, input).fault();
}

Json KmsTest::store_input(const std::string& name) const {
  Json input{{"CustomKeyStoreName", name},
             {"CustomKeyStoreType", "EXTERNAL_KEY_STORE"},
             {"XksProxyConnectivity", "PUBLIC_ENDPOINT"},
             {"XksProxyUriEndpoint", proxy.endpoint()},
             {"XksProxyUriPath", ScriptedProxy::kPath}};
  input["XksProxyAuthenticationCredential"] = Json{{"AccessKeyId", ScriptedProxy::kAccessKeyId},
                                                   {"RawSecretAccessKey", ScriptedProxy::kSecret}};
  return input;
}

std::string KmsTest::make_store(const std::string& name) {
  const Reply made = call("CreateCustomKeyStore", store_input(name));
  EXPECT_TRUE(made.ok()) << made.body;
  store = made.text("CustomKeyStoreId");
  return store;
}

Json KmsTest::described(const std::string& store_id) {
  const Reply reply = call("DescribeCustomKeyStores", Json{{"CustomKeyStoreId", store_id}});
  EXPECT_TRUE(reply.ok()) << reply.body;
  return reply.ok() ? reply.body.at("CustomKeyStores").at(0) : Json::object();
}

std::string KmsTest::settled(const std::string& store_id) {
  std::string state = "CONNECTING";
  for (int i = 0; i < kPollsMax && state == "CONNECTING"; ++i) {
    pause(Milliseconds(1));
    state = described(store_id).value("ConnectionState", "");
  }
  return state;
}

std::string KmsTest::make_connected_store() {
  make_store();
  EXPECT_EQ(fault("ConnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  EXPECT_EQ(settled(store), "CONNECTED");
  return store;
}

std::string KmsTest::make_key(const std::string& external_key) {
  const Reply made = call("CreateKey",
                          Json{{"Origin", "EXTERNAL_KEY_STORE"},
                               {"CustomKeyStoreId", store},
                               {"XksKeyId", external_key}});
  EXPECT_TRUE(made.ok()) << made.body;
  return made.ok() ? made.body.at("KeyMetadata").at("KeyId").get<std::string>() : std::string();
}

std::string KmsTest::key_state(const std::string& key_id) {
  return call("DescribeKey", Json{{"KeyId", key_id}})
      .body.at("KeyMetadata")
      .at("KeyState")
      .get<std::string>();
}

std::string KmsTest::encrypt(const std::string& key_id, const Json& context) {
  const Reply sealed = call(
      "Encrypt", Json{{"KeyId", key_id}, {"Plaintext", kHello}, {"EncryptionContext", context}});
  EXPECT_TRUE(sealed.ok()) << sealed.body;
  return sealed.text("CiphertextBlob");
}

void KmsTest::stop_proxy(ScriptedProxy& which) {
  block_on(context_, which.stop());
}

void KmsTest::block_until_joined(TaskGroup& group) {
  block_on(context_, group.join());
}

void KmsTest::pause(Milliseconds duration) {
  const Status slept = block_on(context_, sleep_for(duration));
  EXPECT_TRUE(slept.ok());
}

}  // namespace tercet::kms::test
