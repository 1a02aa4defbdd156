#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

/// Formats of the blob that callers keep. Source: kms-front-end reference, section 12.
namespace tercet::kms {

inline constexpr std::size_t kHeaderBytes = 28;
inline constexpr std::size_t kInnerOverheadMin = 61;  ///< 1 + 32 + 12 + 16, no filler
inline constexpr std::size_t kInnerOverheadMax = 204;
inline constexpr std::size_t kBlobMax = 6144;
inline constexpr std::size_t kAadMax = 8192;

using MaterialId = std::array<std::uint8_t, 8>;

/// "TK", version 1, kind 2, the key's UUID, its material id. `key_id` is a UUID (checked).
std::array<std::uint8_t, kHeaderBytes> blob_header(const std::string& key_id,
                                                   const MaterialId& material_id);

class Blob {
 public:
  Blob() = default;
  std::string key_id;
  MaterialId material_id{};
  Bytes metadata;  ///< ciphertextMetadata, 0 to 20 bytes
  Bytes iv;        ///< 12 or 16
  Bytes tag;       ///< 16
  Bytes ciphertext;
};

Bytes print_blob(const Blob& blob);

/// Strict. Errors: bad_ciphertext.
Result<Blob> parse_blob(ByteView bytes);

}  // namespace tercet::kms
