#include "tests/sim/cluster/kms.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "core/codec/base64.h"
#include "core/xks/print.h"
#include "tests/sim/kms_signer.h"

namespace tercet::sim {

namespace {

using Json = nlohmann::json;

constexpr Milliseconds kRequestLimit{200};  ///< as the proxy's configuration has it
/// How late an answer may be by the world's clock, where its process ran all the time.
constexpr Milliseconds kLateMax{5};

xks::RequestMetadata caller(std::string_view operation) {
  xks::RequestMetadata out;
  out.principal_arn = "arn:aws:iam::123456789012:user/test";
  out.kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/test";
  out.kms_operation = operation;
  out.kms_request_id = "4112f4d6-db54-4af4-ae30-c55a22a8dfae";
  return out;
}

Bytes bytes_of(const Json& answer, const char* member) {
  return base64_decode(answer.value(member, std::string())).value();
}

}  // namespace

Kms::Kms(World& world, std::vector<ProxySite*> proxies, Judge& judge, Violations& violations)
    : world_(&world),
      proxies_(std::move(proxies)),
      judge_(&judge),
      violations_(&violations),
      wall_clock_(world.time()) {}

std::shared_ptr<const Kms::Call> Kms::encrypt(std::size_t proxy,
                                              const KeyId& key,
                                              Bytes plaintext,
                                              Bytes aad) {
  auto call = std::make_shared<Call>();
  call->operation = "encrypt";
  call->about.key = key;
  call->about.plaintext = std::move(plaintext);
  call->about.aad = std::move(aad);
  xks::EncryptRequest request;
  request.metadata = caller("Encrypt");
  request.plaintext = call->about.plaintext;
  request.aad = call->about.aad;
  return send(proxy, std::move(call), xks::print_encrypt_request(request));
}

std::shared_ptr<const Kms::Call> Kms::decrypt(std::size_t proxy, const Ciphertext& ciphertext) {
  auto call = std::make_shared<Call>();
  call->operation = "decrypt";
  call->about = ciphertext;
  xks::DecryptRequest request;
  request.metadata = caller("Decrypt");
  request.ciphertext = ciphertext.ciphertext;
  request.iv = ciphertext.iv;
  request.tag = ciphertext.tag;
  request.ciphertext_metadata = ciphertext.metadata;
  request.aad = ciphertext.aad;
  return send(proxy, std::move(call), xks::print_decrypt_request(request));
}

std::shared_ptr<const Kms::Call> Kms::metadata(std::size_t proxy, const KeyId& key) {
  auto call = std::make_shared<Call>();
  call->operation = "metadata";
  call->about.key = key;
  const std::string body =
      R"({"requestMetadata":{"awsPrincipalArn":"arn:aws:iam::123456789012:user/test",)"
      R"("kmsOperation":"DescribeKey","kmsRequestId":"4112f4d6-db54-4af4-ae30-c55a22a8dfae"}})";
  return send(proxy, std::move(call), to_bytes(as_bytes(body)));
}

std::shared_ptr<const Kms::Call> Kms::send(std::size_t proxy,
                                           std::shared_ptr<Call> call,
                                           Bytes body) {
  ++counts_.sent;
  call->sent = world_->time().now();
  world_->trace().note("kms", call->operation, call->about.key.text());
  ProxySite& site = *proxies_[proxy];
  if (!site.answers()) {
    call->ended = true;
    ++counts_.unanswered;
    return call;
  }
  const mpc::wire::ProxiedRequest signed_request =
      test::KmsSigner::sign_at("keys/" + call->about.key.text() + "/" + call->operation,
                               std::move(body),
                               wall_clock_.now_seconds());
  proxy::XksRequest request;
  request.method = signed_request.method;
  request.target = signed_request.target;
  request.headers = signed_request.headers;
  request.body = signed_request.body.value_or(Bytes());
  request.peer = "192.0.2.1";
  const unsigned pauses = site.pauses();
  site.process()->handle(
      std::move(request), kRequestLimit, [this, call, &site, pauses](const proxy::XksReply& reply) {
        const SteadyTime late = call->sent + kRequestLimit + kLateMax;
        if (world_->time().now() > late && site.pauses() == pauses) {
          violations_->add("I4: a request was answered after its deadline");
        }
        answered(call, reply);
      });
  return call;
}

void Kms::answered(const std::shared_ptr<Call>& call, const proxy::XksReply& reply) {
  if (std::exchange(call->ended, true)) {
    violations_->add("I4: a request was answered twice");
    return;
  }
  call->status = reply.status;
  const Json answer = Json::parse(as_text(reply.body), nullptr, false);
  if (reply.status == 200) {
    ++counts_.served;
  } else {
    ++counts_.refused;
    call->error = answer.is_object() ? answer.value("errorName", std::string()) : "";
  }
  world_->trace().note_bytes("kms",
                             "answer",
                             call->operation + " " + call->about.key.text() + " " +
                                 std::to_string(reply.status) + " " + call->error,
                             reply.body);
  if (call->served() && call->operation == "encrypt") {
    take_encrypted(*call, reply);
  }
  if (call->served() && call->operation == "decrypt") {
    take_decrypted(*call, reply);
  }
}

void Kms::take_encrypted(Call& call, const proxy::XksReply& reply) {
  const Json answer = Json::parse(as_text(reply.body));
  call.made = call.about;
  call.made.ciphertext = bytes_of(answer, "ciphertext");
  call.made.iv = bytes_of(answer, "initializationVector");
  call.made.tag = bytes_of(answer, "authenticationTag");
  call.made.metadata = bytes_of(answer, "ciphertextMetadata");
  kept_.push_back(call.made);
  judge_->encrypted(call.made, call.sent);
}

void Kms::take_decrypted(const Call& call, const proxy::XksReply& reply) {
  const Json answer = Json::parse(as_text(reply.body));
  judge_->decrypted(call.about, bytes_of(answer, "plaintext"), call.sent);
}

}  // namespace tercet::sim
