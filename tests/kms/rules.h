#pragma once

#include <string_view>

#include "tests/kms/input.h"

/// Limits of the API model. Source: kms-front-end reference, section 4.
namespace tercet::kms::rules {

bool is_endpoint(std::string_view text);        ///< AWS's pattern: no port
bool is_local_endpoint(std::string_view text);  ///< the same, or with a port
bool is_uri_path(std::string_view text);
bool is_access_key_id(std::string_view text);
bool is_secret(std::string_view text);
bool is_vpc_service(std::string_view text);
bool is_account(std::string_view text);
bool is_xks_key_id(std::string_view text);
bool is_alias(std::string_view text);
bool is_principal(std::string_view text);

inline constexpr TextRule kStoreName(1, 256);
inline constexpr TextRule kStoreId(1, 64);
inline constexpr TextRule kEndpoint(10, 128, "^https://[a-zA-Z0-9.-]+$", is_endpoint);
inline constexpr TextRule kLocalEndpoint(10,
                                         128,
                                         "^https://[a-zA-Z0-9.-]+(:[0-9]+)?$",
                                         is_local_endpoint);
inline constexpr TextRule kUriPath(
    10, 128, "^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$", is_uri_path);
inline constexpr TextRule kAccessKeyId(20, 30, "^[A-Z2-7]+$", is_access_key_id);
inline constexpr TextRule kSecret = TextRule(43, 64, "^[a-zA-Z0-9\\/+=]+$", is_secret).as_secret();
inline constexpr TextRule kVpcService(
    20,
    64,
    "^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$",
    is_vpc_service);
inline constexpr TextRule kVpcOwner(12, 12, "^\\d{12}$", is_account);
inline constexpr TextRule kXksKeyId(1, 128, "^[a-zA-Z0-9-_.]+$", is_xks_key_id);
inline constexpr TextRule kKeyId(1, 2048);
inline constexpr TextRule kDescription(0, 8192);
inline constexpr TextRule kAliasName(1, 256, "^[a-zA-Z0-9:/_-]+$", is_alias);
inline constexpr TextRule kTagKey(1, 128);
inline constexpr TextRule kTagValue(0, 256);
inline constexpr TextRule kPolicy(1, 131072);
inline constexpr TextRule kPolicyName(1, 128);
inline constexpr TextRule kMarker(1, 1024);
inline constexpr TextRule kGrantToken = TextRule(1, 8192).as_secret();
inline constexpr TextRule kGrantId(1, 128);
inline constexpr TextRule kGrantName(1, 256, "^[a-zA-Z0-9:/_-]+$", is_alias);
inline constexpr TextRule kPrincipal(1, 256, "^[\\w+=,.@:/-]+$", is_principal);

inline constexpr std::size_t kPlaintextBytesMax = 4096;
inline constexpr std::size_t kBlobBytesMax = 6144;
inline constexpr std::size_t kRandomBytesMax = 1024;
inline constexpr std::size_t kGrantTokensMax = 10;

}  // namespace tercet::kms::rules
