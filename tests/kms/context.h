#pragma once

#include <map>
#include <string>

#include "core/base/bytes.h"

namespace tercet::kms {

/// The encryption context as bytes, injective: u32(count), then for each pair, sorted by the UTF-8
/// bytes of the name, u32(len) || name || u32(len) || value. Strings as given, nothing normalised.
/// Source:  kms-front-end reference, section 12.
Bytes canonical_context(const std::map<std::string, std::string>& context);

}  // namespace tercet::kms
