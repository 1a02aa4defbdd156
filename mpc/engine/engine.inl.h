#pragma once

#include <algorithm>
#include <utility>

#include "core/secret/access.h"
#include "mpc/aes/ctr_block.h"
#include "mpc/engine/engine.h"
#include "mpc/engine/release.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/open/opening.h"
#include "mpc/session/consent_seal.h"

namespace tercet::mpc {

namespace engine_detail {

/// Shares of the IVs of `count` slots: PRF(k_j, "iv", sid, s) as component j.
ByteShares iv_shares(const Party& party, std::size_t count);
/// Cuts the IVs apart.
std::vector<Iv> split_ivs(ByteView opened);
/// Cuts encrypted counter blocks into `e` (the first) and the keystream (the others).
Keystream cut_keystream(std::shared_ptr<const KeyMaterial> key,
                        const Iv& iv,
                        const ByteShares& encrypted,
                        std::size_t first_block,
                        std::size_t blocks);
/// Whether a keystream belongs to the request: same key and derived set, same IV, long enough.
Status check_fits(const Keystream& keystream,
                  const KeyMaterial& key,
                  const Iv& iv,
                  std::size_t text_bytes);

/// Two equal ones would share keystream; chance does not make them (2^-96 a pair).
bool all_different(const std::vector<Iv>& ivs);

/// The IVs of a slot session when nobody opens shared random values: a formula over the sid, which
/// a proxy can compute before it asks. For weakened twins only.
std::vector<Iv> formula_ivs(const SessionId& sid, std::size_t count);

template <class Defences>
Task<Result<std::vector<Iv>>> open_ivs(Party& party, std::size_t count) {
  if constexpr (!Defences::random_ivs) {
    co_return formula_ivs(party.sid(), count);
  }
  TERCET_CO_TRY(const Checked<PublicBytes> opened,
                co_await open_bytes<Defences>(party, iv_shares(party, count), Sealing::first));
  co_return split_ivs(opened.get().view());
}

/// Under the consent seal of `consenter`, whose pair secret with the sender is `pair`.
template <class Defences>
SealedMessage seal(const Seat& seat,
                   const PairSecret& pair,
                   std::string_view label,
                   PartyIndex message_number,
                   ByteView message) {
  if constexpr (!Defences::consent_seals) {
    SealedMessage open;
    open.masked = to_bytes(message);
    return open;
  }
  const ConsentKey key =
      consent_key(pair, label, seat.self, SealReceiver::proxy, seat.sid, number(message_number));
  return seal_message(key, label, message);
}

/// What opens `sender`'s message, which this node is to consent to.
inline ConsentKey consent(const Seat& seat,
                          const PairSecret& pair,
                          std::string_view label,
                          PartyIndex sender,
                          PartyIndex message_number) {
  return consent_key(pair, label, sender, SealReceiver::proxy, seat.sid, number(message_number));
}

}  // namespace engine_detail

template <class Defences>
Task<Result<Keystream>> compute_keystream(Party& party,
                                          std::shared_ptr<const KeyMaterial> key,
                                          Iv iv,
                                          std::size_t blocks,
                                          VectorRange vectors) {
  TERCET_CHECK(key->party() == party.self() && vectors.count() == vectors_needed(blocks));
  Bytes counters = counter_blocks(iv, blocks, Defences::first_counter);

  // hops 1 to 13
  TERCET_CO_TRY(const ByteShares encrypted,
                co_await encrypt_blocks<Defences>(
                    party, key->aes(), std::move(counters), std::move(vectors), Sealing::first));
  co_return engine_detail::cut_keystream(std::move(key), iv, encrypted, 0, blocks);
}

template <class Defences>
Task<Result<std::vector<Slot>>> make_slots(Party& party,
                                           std::shared_ptr<const KeyMaterial> key,
                                           KeyVersion version,
                                           SlotsPlan plan,
                                           VectorRange vectors) {
  TERCET_CHECK(plan.count >= 1 && plan.count <= wire::kSlotsMax);
  TERCET_CHECK(key->party() == party.self());
  TERCET_CHECK(vectors.count() == slot_vectors_needed(plan.count, plan.blocks));

  // hop 1
  TERCET_CO_TRY(const std::vector<Iv> ivs,
                co_await engine_detail::open_ivs<Defences>(party, plan.count));
  if (!engine_detail::all_different(ivs)) {
    co_return party.drop(Error(Errc::protocol_abort, "make slots: two IVs are equal"));
  }
  ByteWriter counters;
  for (const Iv& iv : ivs) {
    counters.raw(counter_blocks(iv, plan.blocks, Defences::first_counter));
  }

  // hops 2 to 14
  TERCET_CO_TRY(const ByteShares encrypted,
                co_await encrypt_blocks<Defences>(
                    party, key->aes(), counters.take(), std::move(vectors), Sealing::plain));
  std::vector<Slot> slots;
  slots.reserve(ivs.size());
  for (std::size_t s = 0; s < ivs.size(); ++s) {
    slots.emplace_back(
        version,
        engine_detail::cut_keystream(key, ivs[s], encrypted, s * (plan.blocks + 1), plan.blocks));
  }
  co_return slots;
}

template <class Defences>
Result<wire::KeystreamReleased> release_keystream(const Seat& seat,
                                                  const Keystream& keystream,
                                                  const KeyMaterial& key,
                                                  const TaggedCiphertext& request) {
  TERCET_TRY_STATUS(check_lengths(request.aad.size(), request.ciphertext.size()));
  if constexpr (Defences::bind_keystream) {
    TERCET_TRY_STATUS(
        engine_detail::check_fits(keystream, key, request.iv, request.ciphertext.size()));
  }
  BlockShares d = tag_shares(key, keystream.e(), request.aad, request.ciphertext);
  xor_public(seat.self, d.bytes, request.tag);
  const GatedMessages gated =
      gate_keystream(seat, keystream.blocks(), request.ciphertext.size(), d);

  // Pair n is (P_n, P_{n+1}); its third node is P_{n+2}, which consents to both messages.
  const PairSecret& with_next = *seat.secrets->with_next;
  const PairSecret& with_previous = *seat.secrets->with_previous;
  const PartyIndex next_peer = next(seat.self);
  const PartyIndex previous_peer = previous(seat.self);
  wire::KeystreamReleased out;
  out.sid = seat.sid;
  out.pair_next = engine_detail::seal<Defences>(
      seat, with_previous, kSealKeystream, seat.self, gated.with_next);
  out.pair_previous = engine_detail::seal<Defences>(
      seat, with_next, kSealKeystream, previous_peer, gated.with_previous);
  out.consent_next = engine_detail::consent(seat, with_next, kSealKeystream, next_peer, next_peer);
  out.consent_previous =
      engine_detail::consent(seat, with_previous, kSealKeystream, previous_peer, next_peer);
  return out;
}

template <class Defences>
Result<TagRelease> release_tag(
    const Seat& seat, Slot slot, const KeyMaterial& key, ByteView framed_aad, ByteView ciphertext) {
  Keystream keystream = std::move(slot).take();
  TERCET_TRY_STATUS(check_lengths(framed_aad.size(), ciphertext.size()));
  if constexpr (Defences::bind_keystream) {
    TERCET_TRY_STATUS(engine_detail::check_fits(keystream, key, keystream.iv(), ciphertext.size()));
  }
  const BlockShares tag = tag_shares(key, keystream.e(), framed_aad, ciphertext);
  const SecretAccess access = SecretAccess::grant();

  // Component j is held by P_j (as own) and P_{j-1} (as next): each sends it under the seal of the
  // other.
  const PairSecret& with_next = *seat.secrets->with_next;
  const PairSecret& with_previous = *seat.secrets->with_previous;
  const PartyIndex next_peer = next(seat.self);
  wire::TagReleased out;
  out.sid = seat.sid;
  out.own = engine_detail::seal<Defences>(
      seat, with_previous, kSealTag, seat.self, tag.bytes.own.expose(access));
  out.next = engine_detail::seal<Defences>(
      seat, with_next, kSealTag, next_peer, tag.bytes.next.expose(access));
  out.consent_own =
      engine_detail::consent(seat, with_previous, kSealTag, previous(seat.self), seat.self);
  out.consent_next = engine_detail::consent(seat, with_next, kSealTag, next_peer, next_peer);
  return TagRelease(std::move(out), std::move(keystream));
}

}  // namespace tercet::mpc
