#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/secret/secret_bytes.h"

/// Files that hold one private key: two lines of text, the kind and Base64 of the raw bytes.
///
///     tercet-ed25519-private-key-1
///     nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=
///
/// Mode 0600, refused when group or others may read them.
namespace tercet {

inline constexpr std::string_view kSigningKeyKind = "tercet-ed25519-private-key-1";
inline constexpr std::string_view kBoxKeyKind = "tercet-x25519-private-key-1";
inline constexpr std::string_view kSealingKeyKind = "tercet-sealing-key-1";  ///< 32 random bytes

/// Errors: config_error (absent, modes, another kind, wrong length).
Result<SecretBytes> load_key_file(const std::string& path,
                                  std::string_view kind,
                                  std::size_t key_bytes = 32);

/// Errors: already_exists, io_error.
Status save_key_file(const std::string& path, std::string_view kind, const SecretBytes& key);

}  // namespace tercet
