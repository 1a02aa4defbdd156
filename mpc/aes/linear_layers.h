#pragma once

#include "core/base/bytes.h"

/// The linear layers of AES on one component of the states of many blocks. They are linear over
/// GF(2), so applying them to each component applies them to the shared value (protocol.md 3, 7).
/// Constant time: no branch or index depends on a byte of the state.
namespace tercet::mpc {

/// ShiftRows, MixColumns, AddRoundKey on each 16-byte block of `states`; `round_key` is the same
/// component of the round key.
void shift_mix_add(MutableByteView states, ByteView round_key);

/// The last round's ShiftRows and AddRoundKey.
void shift_add(MutableByteView states, ByteView round_key);

}  // namespace tercet::mpc
