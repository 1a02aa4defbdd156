#pragma once

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"
#include "mpc/verify/zero_check.h"

namespace tercet::mpc {

/// z = x*y in GF(2^128), element by element, NOT verified: a corrupt node can have added anything
/// to z. Feed it to verify_products before anything that depends on it is used.
/// Source: protocol.md 3. Hops: 1. Sends 16 bytes per element to the previous peer.
/// `index` tells apart several calls under one sid (it enters the PRF of the zero sharing).
template <class Defences = FullDefences>
Task<Result<BlockShares>> multiply(Party& party,
                                   const BlockShares& x,
                                   const BlockShares& y,
                                   std::uint64_t index);

/// Verifies x_k*y_k = z_k for all k with active security: coins, recursive inner product, copy
/// check of factors and products.
/// Source: protocol.md 5. Hops: 3 log2(N) + 7. Shapes: equal counts, at least 1.
/// Soundness: (2 log2 N + 4)/2^128. Three nodes only. At most once per sid: use step sids.
/// Errors: protocol_abort, which discards everything the session made; those of the channel.
template <class Defences = FullDefences>
Task<Status> verify_products(Party& party,
                             const BlockShares& x,
                             const BlockShares& y,
                             const BlockShares& z);

/// Both: products that may be used. At most once per sid.
template <class Defences = FullDefences>
Task<Result<BlockShares>> multiply_verified(Party& party,
                                            const BlockShares& x,
                                            const BlockShares& y);

/// The inner-product argument alone, for callers that make `x`, `y` (equal counts, a power of two)
/// and the claimed inner product `z` (one element) from public coins themselves; `check` collects
/// the copies to compare, and the caller ends with finish_zero_check.
template <class Defences = FullDefences>
Task<Status> verify_inner_product(
    Party& party, BlockShares x, BlockShares y, BlockShares z, ZeroCheck& check);

extern template Task<Result<BlockShares>> multiply<FullDefences>(Party&,
                                                                 const BlockShares&,
                                                                 const BlockShares&,
                                                                 std::uint64_t);
extern template Task<Status> verify_products<FullDefences>(Party&,
                                                           const BlockShares&,
                                                           const BlockShares&,
                                                           const BlockShares&);
extern template Task<Result<BlockShares>> multiply_verified<FullDefences>(Party&,
                                                                          const BlockShares&,
                                                                          const BlockShares&);
extern template Task<Status> verify_inner_product<FullDefences>(
    Party&, BlockShares, BlockShares, BlockShares, ZeroCheck&);

}  // namespace tercet::mpc
