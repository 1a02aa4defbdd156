#pragma once

#include <cstdint>
#include <string>

namespace tercet::node {

/// Megabytes (2^20 bytes) that this process may still write on the disk where the folder lies; -1
/// unknown.
std::int64_t free_megabytes(const std::string& folder);

/// The same for a file, by its folder: also while the file itself is not there.
std::int64_t free_megabytes_for(const std::string& file);

}  // namespace tercet::node
