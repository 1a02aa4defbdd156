#pragma once

#include <cstddef>

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/onehot/stock.h"
#include "mpc/session/party_context.h"

namespace tercet::mpc {

inline constexpr std::size_t kBatchVectorsMin = 1 << 16;  ///< of a lease, protocol.md 4
inline constexpr std::size_t kBatchVectorsMax = 1 << 17;

/// Makes and verifies `count` one-hot vectors of random bytes. The batch is named by the party's
/// sid. Run it on a thread of its own at low priority: a batch of 2^16 takes some 100 ms of CPU.
///
/// Source:  protocol.md 4 and 5.  Shapes: 1 <= count <= kBatchVectorsMax (checked).
/// Hops:    3 to make, 3 log2(count) + 7 to verify (count rounded up to a power of two, >= 256).
/// Sends:   247 bits per vector to the previous peer (count rounded up to 256); little besides.
/// Secret:  everything. Failure says nothing about the vectors (every wire is a marginal).
/// Errors:  unsupported (not all three nodes), protocol_abort, those of the channel.
template <class Defences = FullDefences>
Task<Result<OneHotBatch>> make_batch(Party& party, std::size_t count);

extern template Task<Result<OneHotBatch>> make_batch<FullDefences>(Party& party, std::size_t count);

}  // namespace tercet::mpc
