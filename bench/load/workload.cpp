#include "bench/load/workload.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/codec/base64.h"
#include "core/codec/uuid.h"
#include "core/random/random.h"
#include "core/xks/print.h"

namespace tercet::bench {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kRecentMax = 256;
constexpr const char* kWrongAnswer = "wrong_answer";

xks::RequestMetadata metadata_for(const char* operation) {
  xks::RequestMetadata metadata;
  metadata.principal_arn = "arn:aws:iam::111122223333:role/tercet-bench";
  metadata.kms_key_arn =
      "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  metadata.kms_operation = operation;
  // Never the same twice: equal requests of one second would have equal signatures.
  metadata.kms_request_id = make_uuid(system_random());
  return metadata;
}

Bytes random_bytes(std::size_t count) {
  Bytes out(count);
  system_random().fill(out);
  return out;
}

Call encrypt_call(const std::string& key, std::size_t plaintext_bytes) {
  xks::EncryptRequest request;
  request.metadata = metadata_for("Encrypt");
  request.plaintext = random_bytes(plaintext_bytes);
  request.aad = random_bytes(kAadBytes);
  request.wants_integrity_value = true;  // as KMS asks
  Call call;
  call.encrypts = true;
  call.path = "keys/" + key + "/encrypt";
  call.body = xks::print_encrypt_request(request);
  call.plaintext = std::move(request.plaintext);
  call.aad = std::move(request.aad);
  return call;
}

Call decrypt_call(const Sealed& sealed) {
  xks::DecryptRequest request;
  request.metadata = metadata_for("Decrypt");
  request.ciphertext = sealed.ciphertext;
  request.iv = sealed.iv;
  request.tag = sealed.tag;
  request.ciphertext_metadata = sealed.metadata;
  request.aad = sealed.aad;
  Call call;
  call.path = "keys/" + sealed.key + "/decrypt";
  call.body = xks::print_decrypt_request(request);
  call.plaintext = sealed.plaintext;
  return call;
}

Bytes member(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) {
    return {};
  }
  Result<Bytes> bytes = base64_decode(found->get<std::string>());
  return bytes ? std::move(bytes).value() : Bytes();
}

/// What an Encrypt answered, if it has every part.
std::optional<Sealed> sealed_of(const std::string& key, const Call& call, const Json& answer) {
  Sealed out;
  out.key = key;
  out.aad = call.aad;
  out.plaintext = call.plaintext;
  out.iv = member(answer, "initializationVector");
  out.tag = member(answer, "authenticationTag");
  out.ciphertext = member(answer, "ciphertext");
  out.metadata = member(answer, "ciphertextMetadata");
  if (out.iv.empty() || out.tag.empty() || out.ciphertext.size() != call.plaintext.size()) {
    return std::nullopt;
  }
  return out;
}

/// What all workloads have in common: how an answer is judged.
class AnyWorkload : public Workload {
 public:
  std::string judge(const Call& call, const HttpResponse& response) final {
    if (response.status != 200) {
      return error_name_of(response);
    }
    const Json answer = Json::parse(as_text(response.body), nullptr, false);
    if (!answer.is_object()) {
      return kWrongAnswer;
    }
    if (call.encrypts) {
      return note_encrypted(call, answer) ? "" : kWrongAnswer;
    }
    return member(answer, "plaintext") == call.plaintext ? "" : kWrongAnswer;
  }

 protected:
  virtual bool note_encrypted(const Call& /*call*/, const Json& /*answer*/) { return false; }
};

/// Encrypts, and with `mixed` every other call a Decrypt of a recent result.
class EncryptWorkload final : public AnyWorkload {
 public:
  EncryptWorkload(std::string key, std::size_t plaintext_bytes, bool mixed)
      : key_(std::move(key)), plaintext_bytes_(plaintext_bytes), mixed_(mixed) {}

  Call next() override {
    const bool decrypt = mixed_ && turn_++ % 2 == 1 && !recent_.empty();
    if (!decrypt) {
      return encrypt_call(key_, plaintext_bytes_);
    }
    return decrypt_call(recent_[draw_below(system_random(), recent_.size())]);
  }

  std::size_t priming_calls() const override { return 4; }

 private:
  bool note_encrypted(const Call& call, const Json& answer) override {
    std::optional<Sealed> sealed = sealed_of(key_, call, answer);
    if (!sealed) {
      return false;
    }
    recent_.push_back(std::move(*sealed));
    if (recent_.size() > kRecentMax) {
      recent_.pop_front();
    }
    return true;
  }

  std::string key_;
  std::size_t plaintext_bytes_;
  bool mixed_;
  std::size_t turn_ = 0;
  std::deque<Sealed> recent_;
};

/// Decrypts of given ciphertexts in turn, from the first again after the last.
class DecryptWorkload final : public AnyWorkload {
 public:
  DecryptWorkload(std::vector<Sealed> ciphertexts, bool repeat)
      : ciphertexts_(std::move(ciphertexts)), repeat_(repeat) {}

  Call next() override { return decrypt_call(ciphertexts_[turn_++ % ciphertexts_.size()]); }

  std::size_t priming_calls() const override { return repeat_ ? ciphertexts_.size() : 4; }

 private:
  std::vector<Sealed> ciphertexts_;
  bool repeat_;
  std::size_t turn_ = 0;
};

}  // namespace

std::string error_name_of(const HttpResponse& response) {
  const Json answer = Json::parse(as_text(response.body), nullptr, false);
  std::string name;
  if (answer.is_object() && answer.contains("errorName") && answer.at("errorName").is_string()) {
    name = answer.at("errorName").get<std::string>();
  }
  return name.empty() ? "http_" + std::to_string(response.status) : name;
}

Result<std::unique_ptr<Workload>> make_workload(const LoadOptions& options,
                                                const ClusterFile& cluster,
                                                std::size_t calls) {
  const bool repeat = options.operation == Operation::decrypt_repeat;
  if (options.operation == Operation::decrypt_cold || repeat) {
    TERCET_TRY(const KnownKey key, KnownKey::obtain(cluster));
    constexpr std::size_t kPriming = 4;
    const std::size_t count = repeat ? options.repeat_count : calls + kPriming;
    std::vector<Sealed> ciphertexts;
    ciphertexts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      TERCET_TRY(Sealed sealed, key.seal(options.plaintext_bytes));
      ciphertexts.push_back(std::move(sealed));
    }
    return std::unique_ptr<Workload>(
        std::make_unique<DecryptWorkload>(std::move(ciphertexts), repeat));
  }
  const std::string key = cluster.known_key ? cluster.known_key->id : options.key;
  TERCET_TRY_STATUS(make_joint_key(cluster, key));
  return std::unique_ptr<Workload>(std::make_unique<EncryptWorkload>(
      key, options.plaintext_bytes, options.operation == Operation::mixed));
}

}  // namespace tercet::bench
