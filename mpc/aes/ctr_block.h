#pragma once

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "mpc/onehot/stock.h"
#include "mpc/open/opening.h"
#include "mpc/session/defences.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

/// What encrypting takes from a key: its round keys and the one-hot vectors of round key 0. A view;
/// both outlive every task that uses it.
class AesShares {
 public:
  AesShares(const ByteShares& all_round_keys, const OneHotVectors& first_round_vectors)
      : round_keys(&all_round_keys), first_round(&first_round_vectors) {}

  const ByteShares* round_keys;
  const OneHotVectors* first_round;
};

/// The first round's AddRoundKey and SubBytes of public blocks: local, from the vectors of round
/// key 0 at public indices (protocol.md 6, 7). Bytes that blocks have in common are looked up once.
ByteShares first_round(const OneHotVectors& vectors, ByteView blocks);

/// Encrypts public blocks under a shared AES-256 key: first round local, then 13 S-box layers of
/// one opening each for all blocks together, last round local.
///
/// Source:  protocol.md 7.   Hops: 13.   Sends: 13 * 16 bytes a block to each peer.
/// `vectors`: exactly 208 a block (checked), in the order of gcm/limits.h. `first`: how the first
/// layer is opened.
/// Secret:  the result, which stays shared. What is opened is masked, each mask used once.
/// Errors:  those of open_bytes.
template <class Defences = FullDefences>
Task<Result<ByteShares>> encrypt_blocks(
    Party& party, AesShares key, Bytes blocks, VectorRange vectors, Sealing first);

extern template Task<Result<ByteShares>> encrypt_blocks<FullDefences>(
    Party&, AesShares, Bytes, VectorRange, Sealing);

}  // namespace tercet::mpc
