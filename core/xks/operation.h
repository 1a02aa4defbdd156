#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"

namespace tercet::xks {

enum class Operation { get_key_metadata, encrypt, decrypt, get_health_status };

/// "GetKeyMetadata", "Encrypt", "Decrypt", "GetHealthStatus".
std::string_view operation_name(Operation operation) noexcept;

/// Which operation a path asks for, and on which key (none for GetHealthStatus).
struct Target {
  Target() = default;
  Operation operation = Operation::get_health_status;
  KeyId key;
};

/// `target` is the request target as received, `base_path` the store's `[/prefix]/kms/xks/v1`.
/// No normalisation at all: anything that is not exactly one of the four paths (escapes, dot
/// segments, doubled or trailing slashes, a query string, an ill-formed key id) is no match, which
/// is InvalidUriPathException. A path matches at most one of several stores.
std::optional<Target> parse_target(std::string_view target, std::string_view base_path);

/// `[/prefix]/kms/xks/v1`, at most 128 characters, prefix of `a-z A-Z 0-9 / - _`, no empty segment.
bool is_base_path(std::string_view text);

/// Credential rules (XKS reference, section 15), for configuration: 20 to 30 of A-Z 2-7; 43 to 64
/// of A-Z a-z 0-9 + / =.
bool is_access_key_id(std::string_view text);
bool is_secret_access_key(std::string_view text);

}  // namespace tercet::xks
