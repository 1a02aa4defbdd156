#pragma once

#include <cstddef>
#include <string>

#include "core/base/result.h"
#include "core/secret/secret_bytes.h"

namespace tercet {

/// Reads a file that holds a secret, straight into secret memory.
/// Errors: config_error (absent, unreadable, not a regular file, empty, above `bytes_max`, or open
/// to group or others: `chmod 600` it).
Result<SecretBytes> read_secret_file(const std::string& path, std::size_t bytes_max = 64UL * 1024);

/// The same without surrounding white space (a final newline, mostly).
Result<SecretBytes> read_secret_line(const std::string& path, std::size_t bytes_max = 4096);

/// Writes a new file with mode 0600 and flushes it. Errors: already_exists, io_error.
Status write_secret_file(const std::string& path, const SecretBytes& content);

}  // namespace tercet
