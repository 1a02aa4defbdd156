#pragma once

#include <cstddef>

#include "mpc/share/rss.h"

namespace tercet::mpc {

/// ShiftRows, MixColumns and AddRoundKey with round key `round` (1..13) on shares of blocks.
void add_middle_round(ByteShares& states, const ByteShares& round_keys, std::size_t round);

/// The last round's ShiftRows and AddRoundKey with round key 14.
void add_last_round(ByteShares& states, const ByteShares& round_keys);

}  // namespace tercet::mpc
