#pragma once

#include <memory>
#include <vector>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/engine/key_material.h"
#include "mpc/gcm/limits.h"
#include "mpc/onehot/stock.h"
#include "mpc/prf/pair_secret.h"
#include "mpc/session/defences.h"
#include "mpc/session/party_context.h"
#include "mpc/wire/proxy_messages.h"

/// The engine: turns a plan that the node accepted into shares of keystream and e, and releases
/// outputs from them (protocol.md 7, 8). Sessions, plans, signatures, marks and who may ask are
/// outside. This one is replicated one-hot tables; another with fewer hops may come beside it.
namespace tercet::mpc {

/// A node's seat in a session in which nodes send each other nothing: who it is, which session, and
/// the secrets it has with its peers. Cheap to make; `secrets` outlives it.
class Seat {
 public:
  Seat(PartyIndex self_index, const SessionId& session, const PairSecrets& pair_secrets)
      : self(self_index), sid(session), secrets(&pair_secrets) {}

  PartyIndex self;
  SessionId sid;
  const PairSecrets* secrets;
};

/// One node's shares of the keystream blocks 2..n+1 of one IV under one key, and of `e`, the
/// encryption of J0, which is never an output. Move-only; wiped when freed. What a cold Decrypt
/// computes; a node may keep it as *remembered keystream*, named by the session that made it.
class Keystream {
 public:
  Keystream(std::shared_ptr<const KeyMaterial> key, const Iv& iv, ByteShares blocks, ByteShares e);
  Keystream(Keystream&&) noexcept = default;
  Keystream& operator=(Keystream&&) noexcept = default;

  const Iv& iv() const { return iv_; }

  std::size_t block_count() const;

  const std::shared_ptr<const KeyMaterial>& key() const { return key_; }

  const ByteShares& blocks() const { return blocks_; }

  const ByteShares& e() const { return e_; }

 private:
  std::shared_ptr<const KeyMaterial> key_;
  Iv iv_;
  ByteShares blocks_;
  ByteShares e_;
};

/// A prepared IV with its keystream: good for one Encrypt. Move-only; `release_tag` empties it.
class Slot {
 public:
  Slot(KeyVersion version, Keystream keystream);
  Slot(Slot&&) noexcept = default;
  Slot& operator=(Slot&&) noexcept = default;

  const Iv& iv() const { return keystream_.iv(); }

  std::size_t block_count() const { return keystream_.block_count(); }

  /// The key version it was made for: the ciphertextMetadata of its Encrypt.
  KeyVersion version() const { return version_; }

  const std::shared_ptr<const KeyMaterial>& key() const { return keystream_.key(); }

  const Keystream& keystream() const { return keystream_; }

  /// Empties the slot: the caller may keep the keystream for Decrypts of what it encrypted.
  Keystream take() && { return std::move(keystream_); }

 private:
  KeyVersion version_;
  Keystream keystream_;
};

/// How many slots, and how many blocks of keystream in each.
class SlotsPlan {
 public:
  SlotsPlan(std::size_t slot_count, std::size_t blocks_each)
      : count(slot_count), blocks(blocks_each) {}

  std::size_t count;   ///< 1..wire::kSlotsMax
  std::size_t blocks;  ///< 0..wire::kBlocksMax
};

/// Cold Decrypt: keystream and e of the request's IV. The counter blocks come from IV and block
/// count only: J0, and 2..blocks+1.
///
/// Source:  protocol.md 7, 8 "Decrypt".   Hops: 13 between nodes; the first opening is under
/// consent seals.   `vectors`: exactly vectors_needed(blocks).
/// Errors:  those of the channel; seal_broken (a peer is in another session); protocol_abort.
template <class Defences = FullDefences>
Task<Result<Keystream>> compute_keystream(Party& party,
                                          std::shared_ptr<const KeyMaterial> key,
                                          Iv iv,
                                          std::size_t blocks,
                                          VectorRange vectors);

/// Slots for later Encrypts: opens the IVs (shared random values, under consent seals), then
/// computes all blocks of all slots together. The node has counted the IVs before.
///
/// Source:  protocol.md 8 "Encrypt", 10 "IVs".   Hops: 14 between nodes.
/// `vectors`: exactly slot_vectors_needed(plan.count, plan.blocks).   Errors: as above.
template <class Defences = FullDefences>
Task<Result<std::vector<Slot>>> make_slots(Party& party,
                                           std::shared_ptr<const KeyMaterial> key,
                                           KeyVersion version,
                                           SlotsPlan plan,
                                           VectorRange vectors);

/// This node's components of the keystream of fresh slots, for the proxy that owns the lease.
/// `ticket` and `framing` are the caller's to fill in. `H` and `e` never leave.
wire::SlotsMade offer_slots(const SessionId& sid, const std::vector<Slot>& slots);

/// What a Decrypt asks to be opened, all of it public.
class TaggedCiphertext {
 public:
  TaggedCiphertext(const Iv& with_iv, ByteView framed_aad, ByteView text, const Tag& with_tag)
      : iv(with_iv), aad(framed_aad), ciphertext(text), tag(with_tag) {}

  Iv iv;
  ByteView aad;  ///< as it enters GHASH: framed, or raw under a raw key
  ByteView ciphertext;
  Tag tag;
};

/// The release of a Decrypt: keystream under pads that cancel only if the tag holds, each message
/// sealed to the third node. For a cold session, and for remembered keystream under a new `sid`.
///
/// Source:  protocol.md 8 "Decrypt".   Local. `ticket` is the caller's to fill in.
/// Errors:  unsupported (lengths); wrong_state (the keystream is of another key or IV, or too
/// short): both found before anything leaves.
template <class Defences = FullDefences>
Result<wire::KeystreamReleased> release_keystream(const Seat& seat,
                                                  const Keystream& keystream,
                                                  const KeyMaterial& key,
                                                  const TaggedCiphertext& request);

/// A released tag, and the slot's keystream to remember or drop.
class TagRelease {
 public:
  TagRelease(wire::TagReleased released, Keystream spent)
      : message(std::move(released)), remembered(std::move(spent)) {}

  wire::TagReleased message;
  Keystream remembered;
};

/// The release of an Encrypt: this node's two components of T, each under the consent seal of that
/// component's other holder. The slot must be burnt in the node's table before (it was moved out).
///
/// Source:  protocol.md 8 "Encrypt".   Local. `ticket` is the caller's to fill in.
/// Errors:  unsupported (lengths); wrong_state (another key's slot, or too short): the slot is gone
/// all the same.
template <class Defences = FullDefences>
Result<TagRelease> release_tag(
    const Seat& seat, Slot slot, const KeyMaterial& key, ByteView framed_aad, ByteView ciphertext);

extern template Task<Result<Keystream>> compute_keystream<FullDefences>(
    Party&, std::shared_ptr<const KeyMaterial>, Iv, std::size_t, VectorRange);
extern template Task<Result<std::vector<Slot>>> make_slots<FullDefences>(
    Party&, std::shared_ptr<const KeyMaterial>, KeyVersion, SlotsPlan, VectorRange);
extern template Result<wire::KeystreamReleased> release_keystream<FullDefences>(
    const Seat&, const Keystream&, const KeyMaterial&, const TaggedCiphertext&);
extern template Result<TagRelease> release_tag<FullDefences>(
    const Seat&, Slot, const KeyMaterial&, ByteView, ByteView);

}  // namespace tercet::mpc
