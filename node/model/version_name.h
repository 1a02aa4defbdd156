#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace tercet::node {

/// One key version as digests name it: an injective encoding of id and number.
std::string version_name(const KeyId& key, KeyVersion version);

/// Errors: peer_malformed.
Result<std::pair<KeyId, KeyVersion>> parse_version_name(std::string_view name);

}  // namespace tercet::node
