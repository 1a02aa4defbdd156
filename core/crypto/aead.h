#pragma once

#include <cstddef>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"

namespace tercet {

/// XChaCha20-Poly1305 with random nonces, for records at rest. Threads: any (immutable).
class Aead {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kOverheadBytes = 24 + 16;  ///< nonce and tag

  /// `key`: 32 bytes (checked).
  explicit Aead(SecretBytes key);

  /// nonce || ciphertext || tag. `aad` is bound, not stored.
  Bytes seal(const SecretBytes& plaintext, ByteView aad, RandomSource& random) const;
  Bytes seal(ByteView plaintext, ByteView aad, RandomSource& random) const;

  /// Errors: seal_broken (another key, other aad, altered or cut).
  Result<SecretBytes> open(ByteView sealed, ByteView aad) const;

 private:
  SecretBytes key_;
};

}  // namespace tercet
