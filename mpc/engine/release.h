#pragma once

#include "mpc/engine/engine.h"
#include "mpc/share/rss.h"

/// Pieces of a release at a node (protocol.md 8), local and without a channel.
namespace tercet::mpc {

/// T of public AAD and ciphertext: GHASH under the key's powers of H, plus e.
BlockShares tag_shares(const KeyMaterial& key,
                       const ByteShares& e,
                       ByteView framed_aad,
                       ByteView ciphertext);

/// The two gated messages of this node, before they are sealed: for the pair (self, next) and for
/// the pair (previous, self). `d` = T ^ tag, one element.
class GatedMessages {
 public:
  GatedMessages(Bytes with_next_peer, Bytes with_previous_peer)
      : with_next(std::move(with_next_peer)), with_previous(std::move(with_previous_peer)) {}

  Bytes with_next;
  Bytes with_previous;
};

GatedMessages gate_keystream(const Seat& seat,
                             const ByteShares& keystream,
                             std::size_t text_bytes,
                             const BlockShares& d);

}  // namespace tercet::mpc
