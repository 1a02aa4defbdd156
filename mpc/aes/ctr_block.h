#pragma once

#include <cstddef>
#include <vector>

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

/// The bytes of the second round's S-boxes of public blocks, those that blocks have in common once.
/// Blocks that differ in their last byte only differ in the first column of that round's state
/// (protocol.md 7). Made from the blocks alone, so all nodes make the same.
class SecondRoundBytes {
 public:
  explicit SecondRoundBytes(ByteView blocks);

  /// S-boxes to evaluate.
  std::size_t count() const { return taken_.size(); }

  /// The bytes to evaluate, out of the whole states, and back.
  ByteShares gather(const ByteShares& states) const;
  ByteShares spread(const ByteShares& bytes) const;

 private:
  std::vector<std::size_t> taken_;   ///< where in the states they stand first
  std::vector<std::size_t> source_;  ///< of every byte of the states: which of them
};

/// Vectors for encrypt_blocks: 208 for a block, 12 fewer if it shares its first 15 bytes with an
/// earlier one.
std::size_t vectors_for_blocks(ByteView blocks);

/// Encrypts public blocks under a shared AES-256 key: first round local, then 13 S-box layers of
/// one opening each for all blocks together, last round local.
///
/// Source:  protocol.md 7.   Hops: 13.   Sends: a byte a vector to each peer.
/// `vectors`: exactly vectors_for_blocks() (checked), in the order of wire/vectors.h. `first`: how
/// the first layer is opened.
/// Secret:  the result, which stays shared. What is opened is masked, each mask used once.
/// Errors:  those of open_bytes.
template <class Defences = FullDefences>
Task<Result<ByteShares>> encrypt_blocks(
    Party& party, AesShares key, Bytes blocks, VectorRange vectors, Sealing first);

extern template Task<Result<ByteShares>> encrypt_blocks<FullDefences>(
    Party&, AesShares, Bytes, VectorRange, Sealing);

}  // namespace tercet::mpc
