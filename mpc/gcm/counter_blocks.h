#pragma once

#include "core/base/bytes.h"
#include "mpc/gcm/limits.h"

namespace tercet::mpc {

/// The counter blocks of a request, from its IV and number of text blocks alone: J0 = IV || 1
/// first, then IV || 2 .. IV || blocks+1. J0 encrypts to e and is never an output
/// (SP 800-38D 7.1; protocol.md 2 "Valid, not only equal").
/// `first_counter` is 2; a weakened twin in the tests takes it from a plan.
Bytes counter_blocks(const Iv& iv, std::size_t blocks, std::uint32_t first_counter);

/// What GHASH reads: AAD and ciphertext, each padded with zeros to whole blocks, and the block of
/// both lengths in bits (SP 800-38D 7.1 step 5). All public.
Bytes ghash_input(ByteView aad, ByteView ciphertext);

/// The block of the key check: 12 label bytes and a counter field of zero, which no counter block
/// of GCM has, and which is not the zero block (rule K4).
std::array<std::uint8_t, kAesBlockBytes> key_check_block();

}  // namespace tercet::mpc
