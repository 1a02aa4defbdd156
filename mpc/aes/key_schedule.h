#pragma once

#include <cstddef>
#include <cstdint>

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/onehot/stock.h"
#include "mpc/session/defences.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kRoundKeyBytes = 16 * 15;
inline constexpr std::uint32_t kScheduleVectors = 52;
inline constexpr std::uint32_t kFirstRoundVectors = 16;

/// AES-256 key expansion over shares: the 15 round keys (240 bytes) of a shared 32-byte key.
///
/// Source:  FIPS 197 5.2; protocol.md 6 "Derived values".   Hops: 13.   `vectors`: exactly 52.
/// Errors:  those of open_bytes.   Ownership: `key` outlives the task.
template <class Defences = FullDefences>
Task<Result<ByteShares>> expand_key(Party& party, const ByteShares& key, VectorRange vectors);

/// One-hot vectors of the 16 bytes of round key 0: opens `k0 ^ r`, then permutes `e`. With them the
/// first round of a public block is local, as often as one likes.
///
/// Source:  protocol.md 6 "Derived values".   Hops: 1.   `vectors`: exactly 16.
/// Errors:  those of open_bytes.   Ownership: `round_keys` outlives the task.
template <class Defences = FullDefences>
Task<Result<OneHotVectors>> first_round_vectors(Party& party,
                                                const ByteShares& round_keys,
                                                VectorRange vectors);

/// W[i] of the expansion, for i = 8..59, from W[i-8] and what becomes of W[i-1]: S-boxes applied by
/// the caller where `takes_sboxes(i)`. Local; pieces of `expand_key`.
bool takes_sboxes(std::size_t word);
/// W[i-1], rotated where the expansion asks for it.
ByteShares word_before(const ByteShares& round_keys, std::size_t word);
void store_word(PartyIndex self, ByteShares& round_keys, std::size_t word, ByteShares previous);

extern template Task<Result<ByteShares>> expand_key<FullDefences>(Party&,
                                                                  const ByteShares&,
                                                                  VectorRange);
extern template Task<Result<OneHotVectors>> first_round_vectors<FullDefences>(Party&,
                                                                              const ByteShares&,
                                                                              VectorRange);

}  // namespace tercet::mpc
