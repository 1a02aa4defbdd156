// The cryptographic calls of KmsService: an inner layer of its own, then the external key.

#include <algorithm>
#include <utility>

#include "core/codec/base64.h"
#include "core/crypto/gcm.h"
#include "core/crypto/hash.h"
#include "core/random/random.h"
#include "tests/kms/kms_service.h"

namespace tercet::kms {
namespace {

constexpr std::uint8_t kBlobFormat = 1;
constexpr std::size_t kInnerIvBytes = 12;
constexpr std::size_t kInnerTagBytes = 16;

std::string text(const Json& input, const char* member) {
  const auto found = input.find(member);
  return found != input.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Bytes decoded(const Json& input, const char* member) {
  Result<Bytes> bytes = base64_decode(text(input, member));
  return bytes ? std::move(bytes).value() : Bytes();
}

/// Key and encryption context in one hash: JSON objects print sorted.
Bytes context_hash(const std::string& key_arn, const Json& context) {
  ByteWriter writer;
  writer.text(key_arn).text(context.dump());
  const Sha256Digest digest = sha256(writer.bytes());
  return {digest.begin(), digest.end()};
}

Json context_of(const Json& input, const char* member) {
  return input.value(member, Json::object());
}

Answer proxy_failed(const std::string& error) {
  return Answer::fault("KMSInvalidStateException",
                       error == "Unreachable"
                           ? "The external key store proxy did not respond in time."
                           : "The external key store proxy answered: " + error);
}

/// SHA-256(AAD || metadata || IV || ciphertext || tag), which KMS computes over what it received.
bool integrity_holds(const Json& answer, ByteView aad) {
  Sha256 hash;
  hash.update(aad);
  for (const char* member :
       {"ciphertextMetadata", "initializationVector", "ciphertext", "authenticationTag"}) {
    hash.update(decoded(answer, member));
  }
  return base64_encode(hash.finish()) == text(answer, "ciphertextDataIntegrityValue");
}

}  // namespace

std::optional<Answer> KmsService::unusable(const std::string& key_id) const {
  if (key_id.empty()) {
    return Answer::fault("NotFoundException", "There is no such key.");
  }
  const Json& key = state_.at("keys").at(key_id);
  if (!key.at("enabled").get<bool>()) {
    return Answer::fault("DisabledException", "The KMS key is disabled.");
  }
  const std::string store = key.at("store").get<std::string>();
  if (state_.at("stores").at(store).at("state") != "CONNECTED") {
    return Answer::fault("KMSInvalidStateException", "The custom key store is not connected.");
  }
  return std::nullopt;
}

Json KmsService::request_metadata(const std::string& key_id,
                                  const Caller& caller,
                                  const Json& operation) const {
  return Json{{"awsPrincipalArn", caller.principal},
              {"kmsKeyArn", arn(key_id)},
              {"kmsOperation", operation},
              {"kmsRequestId", caller.request_id}};
}

Task<Answer> KmsService::seal(
    std::string key_id, Json context, Bytes plaintext, Caller caller, Json operation) {
  if (std::optional<Answer> refused = unusable(key_id)) {
    co_return std::move(*refused);
  }
  const Json key = state_.at("keys").at(key_id);
  const Bytes aad = context_hash(arn(key_id), context);
  const auto iv = system_random().array<kInnerIvBytes>();
  const Result<GcmCiphertext> inner =
      aes256gcm_encrypt(decoded(key, "inner_key"), iv, aad, plaintext);
  if (!inner) {
    co_return Answer::fault("KMSInternalException", "The inner layer failed.");
  }
  ByteWriter layer;
  layer.raw(iv).raw(inner->tag).raw(inner->ciphertext);
  Json body{{"requestMetadata", request_metadata(key_id, caller, operation)},
            {"plaintext", base64_encode(layer.bytes())},
            {"additionalAuthenticatedData", base64_encode(aad)},
            {"encryptionAlgorithm", "AES_GCM"},
            {"ciphertextDataIntegrityValueAlgorithm", "SHA_256"}};
  const std::string path = "keys/" + key.at("xks_key").get<std::string>() + "/encrypt";
  const Json store = state_.at("stores").at(key.at("store").get<std::string>());
  const XksAnswer outer = co_await proxies_.call(store, path, std::move(body));
  if (!outer.ok()) {
    co_return proxy_failed(outer.error_name);
  }
  if (!integrity_holds(outer.body, aad)) {
    co_return proxy_failed("a wrong integrity value");
  }
  ByteWriter blob;
  blob.u8(kBlobFormat).text(key_id);
  for (const char* member :
       {"initializationVector", "authenticationTag", "ciphertextMetadata", "ciphertext"}) {
    blob.blob(decoded(outer.body, member));
  }
  co_return Answer(Json{{"CiphertextBlob", base64_encode(blob.bytes())},
                        {"KeyId", arn(key_id)},
                        {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}});
}

Task<Answer> KmsService::open(Bytes blob, Json context, Caller caller, Json operation) {
  ByteReader reader(blob);
  const std::uint8_t format = reader.u8();
  const std::string key_id(as_text(reader.blob(64)));
  const ByteView iv = reader.blob(64);
  const ByteView tag = reader.blob(64);
  const ByteView metadata_bytes = reader.blob(64);
  const ByteView ciphertext = reader.blob(8192);
  if (!reader.finish("ciphertext blob") || format != kBlobFormat ||
      !state_.at("keys").contains(key_id)) {
    co_return Answer::fault("InvalidCiphertextException", "The blob is not one of this KMS.");
  }
  if (std::optional<Answer> refused = unusable(key_id)) {
    co_return std::move(*refused);
  }
  const Json key = state_.at("keys").at(key_id);
  const Bytes aad = context_hash(arn(key_id), context);
  Json body{{"requestMetadata", request_metadata(key_id, caller, operation)},
            {"ciphertext", base64_encode(ciphertext)},
            {"initializationVector", base64_encode(iv)},
            {"authenticationTag", base64_encode(tag)},
            {"additionalAuthenticatedData", base64_encode(aad)},
            {"encryptionAlgorithm", "AES_GCM"}};
  if (!metadata_bytes.empty()) {
    body["ciphertextMetadata"] = base64_encode(metadata_bytes);
  }
  const std::string path = "keys/" + key.at("xks_key").get<std::string>() + "/decrypt";
  const Json store = state_.at("stores").at(key.at("store").get<std::string>());
  const XksAnswer outer = co_await proxies_.call(store, path, std::move(body));
  if (!outer.ok()) {
    co_return proxy_failed(outer.error_name);
  }
  const Bytes layer = decoded(outer.body, "plaintext");
  if (layer.size() < kInnerIvBytes + kInnerTagBytes) {
    co_return proxy_failed("a plaintext that is too short");
  }
  const ByteView view = layer;
  const Result<Bytes> plaintext = aes256gcm_decrypt(decoded(key, "inner_key"),
                                                    view.first(kInnerIvBytes),
                                                    aad,
                                                    view.subspan(kInnerIvBytes + kInnerTagBytes),
                                                    view.subspan(kInnerIvBytes, kInnerTagBytes));
  if (!plaintext) {
    co_return proxy_failed("an altered plaintext");
  }
  co_return Answer(Json{{"Plaintext", base64_encode(*plaintext)},
                        {"KeyId", arn(key_id)},
                        {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}});
}

Task<Answer> KmsService::encrypt(Json input, Caller caller) {
  Bytes plaintext = decoded(input, "Plaintext");
  if (plaintext.empty() || plaintext.size() > 4096) {
    co_return Answer::fault("ValidationException", "Plaintext is 1 to 4096 bytes.");
  }
  const std::string key_id = resolve(input, "KeyId");
  Json context = context_of(input, "EncryptionContext");
  Answer answer =
      co_await seal(key_id, std::move(context), std::move(plaintext), caller, "Encrypt");
  co_return answer;
}

Task<Answer> KmsService::decrypt(Json input, Caller caller) {
  Bytes blob = decoded(input, "CiphertextBlob");
  Json context = context_of(input, "EncryptionContext");
  Answer answer = co_await open(std::move(blob), std::move(context), caller, "Decrypt");
  if (answer.ok() && input.contains("KeyId")) {
    const std::string wanted = resolve(input, "KeyId");
    if (wanted.empty() || arn(wanted) != answer.body.at("KeyId")) {
      co_return Answer::fault("IncorrectKeyException", "The blob is of another key.");
    }
  }
  co_return answer;
}

Task<Answer> KmsService::re_encrypt(Json input, Caller caller) {
  Bytes blob = decoded(input, "CiphertextBlob");
  Json source = context_of(input, "SourceEncryptionContext");
  Answer opened = co_await open(std::move(blob), std::move(source), caller, "ReEncrypt");
  if (!opened.ok()) {
    co_return opened;
  }
  const std::string key_id = resolve(input, "DestinationKeyId");
  Json destination = context_of(input, "DestinationEncryptionContext");
  Bytes plaintext = decoded(opened.body, "Plaintext");
  Answer sealed =
      co_await seal(key_id, std::move(destination), std::move(plaintext), caller, "ReEncrypt");
  if (sealed.ok()) {
    sealed.body["SourceKeyId"] = opened.body.at("KeyId");
    sealed.body["SourceEncryptionAlgorithm"] = "SYMMETRIC_DEFAULT";
    sealed.body["DestinationEncryptionAlgorithm"] = "SYMMETRIC_DEFAULT";
    sealed.body.erase("EncryptionAlgorithm");
  }
  co_return sealed;
}

Task<Answer> KmsService::generate_data_key(Json input, Caller caller, bool with_plaintext) {
  const std::string spec = text(input, "KeySpec");
  int count = input.value("NumberOfBytes", 0);
  if (spec == "AES_256" || spec == "AES_128") {
    count = spec == "AES_256" ? 32 : 16;
  }
  if (count < 1 || count > 1024) {
    co_return Answer::fault("ValidationException", "KeySpec or NumberOfBytes is needed.");
  }
  Bytes data_key(static_cast<std::size_t>(count));
  system_random().fill(data_key);
  const std::string plaintext = base64_encode(data_key);
  const std::string key_id = resolve(input, "KeyId");
  Json context = context_of(input, "EncryptionContext");
  const Json operation = with_plaintext ? "GenerateDataKey" : "GenerateDataKeyWithoutPlaintext";
  Answer sealed = co_await seal(key_id, std::move(context), std::move(data_key), caller, operation);
  if (sealed.ok()) {
    sealed.body.erase("EncryptionAlgorithm");
    if (with_plaintext) {
      sealed.body["Plaintext"] = plaintext;
    }
  }
  co_return sealed;
}

}  // namespace tercet::kms
