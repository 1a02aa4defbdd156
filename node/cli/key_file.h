#pragma once

#include <string>

#include "core/base/result.h"
#include "core/secret/secret_bytes.h"

namespace tercet::cli {

/// Reads an AES-256 key straight into locked memory: 32 raw bytes, or 64 hexadecimal digits and
/// perhaps a final line break. The file must not be open to others.
/// Errors: config_error (file), invalid_argument (content).
Result<SecretBytes> read_key_file(const std::string& path);

}  // namespace tercet::cli
