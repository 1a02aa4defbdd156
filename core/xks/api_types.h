#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace tercet::xks {

inline constexpr std::size_t kIvBytes = 12;
inline constexpr std::size_t kLongIvBytes = 16;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kMetadataBytesMax = 20;
inline constexpr std::size_t kAadFramedBytesMax = 65535;  ///< what the two-byte length can say

/// Other people's strings: for audit and policy, never verified. Absent and null are the same.
struct RequestMetadata {
  RequestMetadata() = default;
  std::string principal_arn;   ///< awsPrincipalArn; empty for GetHealthStatus
  std::string kms_operation;   ///< any value; the known ones are in the reference, section 6
  std::string kms_request_id;  ///< opaque, may be empty
  std::optional<std::string> kms_key_arn;
  std::optional<std::string> via_service;
  std::optional<std::string> source_vpc;
  std::optional<std::string> source_vpce;
};

struct MetadataRequest {
  MetadataRequest() = default;
  RequestMetadata metadata;
};

struct HealthRequest {
  HealthRequest() = default;
  RequestMetadata metadata;
};

/// Secret: `plaintext`. All byte fields are decoded; an absent AAD is empty.
struct EncryptRequest {
  EncryptRequest() = default;
  RequestMetadata metadata;
  Bytes plaintext;
  Bytes aad;
  bool wants_integrity_value = false;
};

/// Sizes of IV and tag are not checked by the parser: a wrong one is InvalidCiphertextException.
struct DecryptRequest {
  DecryptRequest() = default;
  RequestMetadata metadata;
  Bytes ciphertext;
  Bytes iv;
  Bytes tag;
  Bytes ciphertext_metadata;  ///< at most 20 bytes
  Bytes aad;
};

struct EncryptResponse {
  EncryptResponse() = default;
  Bytes ciphertext;
  Bytes iv;
  Bytes tag;
  Bytes ciphertext_metadata;
  std::optional<std::array<std::uint8_t, 32>> integrity_value;
};

struct MetadataResponse {
  MetadataResponse() = default;
  bool may_encrypt = false;
  bool may_decrypt = false;
  bool enabled = false;
};

enum class HealthStatus { active, degraded, unavailable };

struct FleetMember {
  FleetMember() = default;
  std::string id;
  std::string model;
  HealthStatus status = HealthStatus::unavailable;
};

struct HealthResponse {
  HealthResponse() = default;
  std::uint32_t proxy_fleet_size = 1;
  std::string proxy_vendor;
  std::string proxy_model;
  std::string ekm_vendor;
  std::vector<FleetMember> fleet;  ///< 1 to 10
};

}  // namespace tercet::xks
