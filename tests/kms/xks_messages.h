#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "tests/kms/checked.h"

/// Answers of the XKS API, checked as KMS checks them: nothing means malformed. Unknown members
/// are ignored. Source: kms-front-end reference, section 8; XKS reference, sections 7 to 12.
namespace tercet::kms {

class ExternalKey {
 public:
  ExternalKey() = default;
  std::string spec;
  std::string status;
  std::vector<std::string> usages;
};

class ProxyHealth {
 public:
  ProxyHealth() = default;
  std::uint64_t active = 0;
  std::uint64_t degraded = 0;
  std::uint64_t unavailable = 0;
};

class OuterCiphertext {
 public:
  OuterCiphertext() = default;
  Bytes ciphertext;
  Bytes iv;
  Bytes tag;
  Bytes metadata;
};

std::optional<ExternalKey> read_metadata_answer(const Json& answer);
std::optional<ProxyHealth> read_health_answer(const Json& answer);
/// `aad` and `sent_bytes` of what was asked for; checks the data integrity value.
std::optional<OuterCiphertext> read_encrypt_answer(const Json& answer,
                                                   ByteView aad,
                                                   std::size_t sent_bytes);
std::optional<Bytes> read_decrypt_answer(const Json& answer, std::size_t ciphertext_bytes);

}  // namespace tercet::kms
