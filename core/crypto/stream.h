#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace tercet {

inline constexpr std::size_t kChaChaKeyBytes = 32;
inline constexpr std::size_t kChaChaNonceBytes = 12;

/// Fills `out` with the ChaCha20 key stream (RFC 8439) from block 0. Key 32, nonce 12 bytes
/// (checked); at most 256 GiB. Constant time on every processor.
void chacha20_stream(ByteView key, ByteView nonce, MutableByteView out);

/// XORs the key stream, from block `first_block` on, onto `data` in place.
void chacha20_xor(ByteView key,
                  ByteView nonce,
                  MutableByteView data,
                  std::uint32_t first_block = 0);

}  // namespace tercet
