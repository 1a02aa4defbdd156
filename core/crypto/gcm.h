#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"

/// Plain AES-256 by OpenSSL: for self-tests, tests and the local KMS front end. The product's keys
/// never pass through here.
namespace tercet {

/// One block of AES-256. Key 32 bytes, block 16 bytes (checked).
std::array<std::uint8_t, 16> aes256_block(ByteView key, ByteView block);

class GcmCiphertext {
 public:
  GcmCiphertext() = default;
  Bytes ciphertext;
  std::array<std::uint8_t, 16> tag{};
};

/// AES-256-GCM; an IV of 1 to 1024 bytes. Key 32 bytes (checked).
/// Errors: invalid_argument (IV length), crypto_failure.
Result<GcmCiphertext> aes256gcm_encrypt(ByteView key,
                                        ByteView iv,
                                        ByteView aad,
                                        ByteView plaintext);

/// Errors: bad_ciphertext (the tag does not hold), invalid_argument (IV or tag length).
Result<Bytes> aes256gcm_decrypt(
    ByteView key, ByteView iv, ByteView aad, ByteView ciphertext, ByteView tag);

}  // namespace tercet
