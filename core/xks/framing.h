#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace tercet::xks {

/// What goes into AES-GCM: u16(len AAD) || AAD || u8(len metadata) || metadata (XKS reference,
/// section 10). Errors: unsupported above 65,535 bytes of AAD; invalid_argument above 255 of
/// metadata.
Result<Bytes> gcm_aad(ByteView aad, ByteView ciphertext_metadata);

/// Ciphertext data integrity value: SHA-256(AAD || metadata || IV || ciphertext || tag), the AAD as
/// KMS gave it (section 11).
std::array<std::uint8_t, 32> cdiv(
    ByteView aad, ByteView ciphertext_metadata, ByteView iv, ByteView ciphertext, ByteView tag);

/// Our ciphertextMetadata: format byte 01, key version as u32.
inline constexpr std::size_t kVersionMetadataBytes = 5;
std::array<std::uint8_t, kVersionMetadataBytes> version_metadata(KeyVersion version);
/// The key version, or nothing if the bytes are not ours.
std::optional<KeyVersion> parse_version_metadata(ByteView ciphertext_metadata);

}  // namespace tercet::xks
