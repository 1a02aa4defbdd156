#include "tests/kms/xks_messages.h"

#include <utility>

#include "core/codec/base64.h"
#include "core/crypto/hash.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kUsagesMax = 10;
constexpr std::size_t kFleetMax = 10;
constexpr std::size_t kMetadataMax = 20;
constexpr std::size_t kTagBytes = 16;

const std::string* text_in(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? &found->get_ref<const std::string&>()
                                                     : nullptr;
}

std::optional<Bytes> bytes_in(const Json& object, const char* member) {
  const std::string* text = text_in(object, member);
  if (text == nullptr) {
    return std::nullopt;
  }
  Result<Bytes> decoded = base64_decode(*text);
  return decoded ? std::optional<Bytes>(std::move(decoded).value()) : std::nullopt;
}

bool is_absent(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found == object.end() || found->is_null();
}

bool count_instance(const Json& instance, ProxyHealth& into) {
  if (!instance.is_object() || text_in(instance, "id") == nullptr ||
      text_in(instance, "model") == nullptr || text_in(instance, "healthStatus") == nullptr) {
    return false;
  }
  const std::string& status = *text_in(instance, "healthStatus");
  if (status == "ACTIVE") {
    ++into.active;
  } else if (status == "DEGRADED") {
    ++into.degraded;
  } else if (status == "UNAVAILABLE") {
    ++into.unavailable;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::optional<ExternalKey> read_metadata_answer(const Json& answer) {
  const std::string* spec = text_in(answer, "keySpec");
  const std::string* status = text_in(answer, "keyStatus");
  const auto usages = answer.find("keyUsage");
  if (spec == nullptr || status == nullptr || (*status != "ENABLED" && *status != "DISABLED") ||
      usages == answer.end() || !usages->is_array() || usages->size() > kUsagesMax) {
    return std::nullopt;
  }
  ExternalKey key;
  key.spec = *spec;
  key.status = *status;
  for (const Json& usage : *usages) {
    if (!usage.is_string()) {
      return std::nullopt;
    }
    key.usages.push_back(usage.get<std::string>());
  }
  return key;
}

std::optional<ProxyHealth> read_health_answer(const Json& answer) {
  const auto size = answer.find("xksProxyFleetSize");
  const auto fleet = answer.find("ekmFleetDetails");
  if (size == answer.end() || !size->is_number_unsigned() || *size == 0 ||
      text_in(answer, "xksProxyVendor") == nullptr || text_in(answer, "xksProxyModel") == nullptr ||
      text_in(answer, "ekmVendor") == nullptr || fleet == answer.end() || !fleet->is_array() ||
      fleet->empty() || fleet->size() > kFleetMax) {
    return std::nullopt;
  }
  ProxyHealth health;
  for (const Json& instance : *fleet) {
    if (!count_instance(instance, health)) {
      return std::nullopt;
    }
  }
  return health;
}

std::optional<OuterCiphertext> read_encrypt_answer(const Json& answer,
                                                   ByteView aad,
                                                   std::size_t sent_bytes) {
  const std::optional<Bytes> ciphertext = bytes_in(answer, "ciphertext");
  const std::optional<Bytes> iv = bytes_in(answer, "initializationVector");
  const std::optional<Bytes> tag = bytes_in(answer, "authenticationTag");
  const std::optional<Bytes> integrity = bytes_in(answer, "ciphertextDataIntegrityValue");
  std::optional<Bytes> metadata = bytes_in(answer, "ciphertextMetadata");
  if (is_absent(answer, "ciphertextMetadata")) {
    metadata.emplace();
  }
  if (!ciphertext || !iv || !tag || !integrity || !metadata || ciphertext->size() != sent_bytes ||
      (iv->size() != 12 && iv->size() != 16) || tag->size() != kTagBytes ||
      metadata->size() > kMetadataMax) {
    return std::nullopt;
  }
  Sha256 hash;
  hash.update(aad).update(*metadata).update(*iv).update(*ciphertext).update(*tag);
  const Sha256Digest expected = hash.finish();
  if (*integrity != to_bytes(expected)) {
    return std::nullopt;
  }
  OuterCiphertext out;
  out.ciphertext = *ciphertext;
  out.iv = *iv;
  out.tag = *tag;
  out.metadata = *metadata;
  return out;
}

std::optional<Bytes> read_decrypt_answer(const Json& answer, std::size_t ciphertext_bytes) {
  std::optional<Bytes> plaintext = bytes_in(answer, "plaintext");
  if (!plaintext || plaintext->size() != ciphertext_bytes) {
    return std::nullopt;
  }
  return plaintext;
}

}  // namespace tercet::kms
