#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"

/// The layer of double encryption that belongs to the KMS key alone:
///   01 || N (32) || IV (12) || AES-256-GCM(k, IV, filler || plaintext, AAD) with its tag,
///   k = HKDF-SHA256(key material, salt N, info "tercet-kms inner v1").
/// Source:  kms-front-end reference, section 12.
namespace tercet::kms {

inline constexpr std::size_t kMaterialBytes = 32;
inline constexpr std::size_t kInnerNonceBytes = 32;
inline constexpr std::size_t kInnerIvBytes = 12;

/// Fresh for each encryption.
class InnerRandom {
 public:
  InnerRandom() = default;
  std::array<std::uint8_t, kInnerNonceBytes> nonce{};
  std::array<std::uint8_t, kInnerIvBytes> iv{};
};

/// The result is `overhead_bytes` longer than the plaintext. Errors: crypto_failure.
Result<Bytes> seal_inner(ByteView material,
                         const InnerRandom& random,
                         std::size_t overhead_bytes,
                         ByteView aad,
                         ByteView plaintext);

/// Errors: bad_ciphertext, whatever is wrong.
Result<Bytes> open_inner(ByteView material,
                         std::size_t overhead_bytes,
                         ByteView aad,
                         ByteView inner);

}  // namespace tercet::kms
