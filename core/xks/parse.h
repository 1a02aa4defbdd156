#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/xks/api_types.h"

/// The one strict parser of XKS request bodies, for proxy and nodes (XKS reference, sections 5 to
/// 12). Unknown members are ignored, a member given twice is refused, null stands for absent;
/// limits of core/xks/secret_json.h; strict Base64. Intermediate values are wiped.
/// Errors: invalid_argument for every fault of form. Sizes beyond what is implemented, and wrong
/// sizes of IV and tag, are the caller's to judge.
namespace tercet::xks {

Result<MetadataRequest> parse_metadata(ByteView body);
Result<EncryptRequest> parse_encrypt(ByteView body);
Result<DecryptRequest> parse_decrypt(ByteView body);
Result<HealthRequest> parse_health(ByteView body);

}  // namespace tercet::xks
