#pragma once

#include "core/base/bytes.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

/// GHASH of public blocks under a shared H: XOR over i of X_i * H^(m-i+1), as one shared element.
/// Local: the blocks are public constants, the powers are shares.
///
/// Source:  SP 800-38D 6.4; protocol.md 8.   `h_powers[n]` = H^(n+1).
/// Shapes:  `input` is m whole blocks, 1 <= m <= h_powers.count() (checked): see ghash_input().
/// Constant time in the shares. Cost: 2 m products in GF(2^128).
BlockShares ghash(const BlockShares& h_powers, ByteView input);

}  // namespace tercet::mpc
