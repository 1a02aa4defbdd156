#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "proxy/coordinator/key_service.h"

/// Ciphertexts for the in-process cluster, and what KMS sends to have them opened.
namespace tercet::test {

/// What OpenSSL makes under the key in the store, with an IV of this byte only: no node remembers
/// its keystream.
proxy::Encrypted made_by_openssl(std::uint8_t iv_byte, ByteView plaintext);

/// The body of an XKS Decrypt.
Bytes decrypt_body(const proxy::Encrypted& encrypted);

}  // namespace tercet::test
