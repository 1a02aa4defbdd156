#pragma once

#include <cstddef>

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

/// One-hot vectors as they come out of the circuit: NOT verified. Bit-sliced in blocks of 256.
/// Only make_batch and the tests of its attacks handle it.
class RawVectors {
 public:
  RawVectors() = default;

  std::size_t blocks = 0;
  ByteShares masks;         ///< r: a byte a vector
  ByteShares mask_lanes;    ///< the same, 8 lanes a block
  ByteShares vector_lanes;  ///< e: 256 lanes a block
};

/// Makes at least `count` vectors. Source: protocol.md 4 "Making one-hot vectors". Hops: 3.
template <class Defences = FullDefences>
Task<Result<RawVectors>> produce_vectors(Party& party, std::size_t count);

/// Source: protocol.md 5. Hops: 3 log2(vectors) + 7. Errors: protocol_abort.
template <class Defences = FullDefences>
Task<Status> verify_vectors(Party& party, const RawVectors& raw);

}  // namespace tercet::mpc
