#pragma once

#include <algorithm>
#include <string_view>

#include "core/ct/ct.h"
#include "mpc/prf/labels.h"
#include "mpc/session/consent_seal.h"
#include "mpc/wire/release.h"

namespace tercet::mpc::wire {

namespace release_detail {

inline constexpr std::size_t kBlock = 16;

/// Index into FromNodes of the node after and before node k.
constexpr std::size_t after(std::size_t k) {
  return (k + 1) % 3;
}

constexpr std::size_t before(std::size_t k) {
  return (k + 2) % 3;
}

/// Opens a seal and wants exactly `size` bytes. Errors: protocol_abort, peer_malformed.
template <class Defences>
Result<Bytes> unseal(const ConsentKey& key,
                     std::string_view label,
                     const SealedMessage& sealed,
                     std::size_t size) {
  if (sealed.masked.size() != size) {
    return Error(Errc::peer_malformed, "open a release: a message has a wrong length");
  }
  if constexpr (!Defences::consent_seals) {
    return to_bytes(sealed.masked);
  }
  Result<Bytes> opened = open_sealed(key, label, sealed);
  if (!opened) {
    return Error(Errc::protocol_abort, "open a release: a seal does not open");
  }
  return opened;
}

void xor_onto(Bytes& into, ByteView from);

/// What becomes of the three whole results. Each is a zero block, if the tag is right, and then the
/// keystream.
Result<Bytes> judge_all(const std::array<Bytes, 3>& results, ByteView ciphertext);
/// A majority is enough: for a weakened twin only.
Result<Bytes> judge_majority(const std::array<Bytes, 3>& results, ByteView ciphertext);

Status check_same_session(const SessionId& a, const SessionId& b, const SessionId& c);

}  // namespace release_detail

template <class Defences>
Result<Bytes> open_keystream(const FromNodes<KeystreamReleased>& released, ByteView ciphertext) {
  using release_detail::after;
  using release_detail::before;
  TERCET_TRY_STATUS(
      release_detail::check_same_session(released[0].sid, released[1].sid, released[2].sid));
  const std::size_t size = release_detail::kBlock + ciphertext.size();
  std::array<Bytes, 3> results;
  for (std::size_t pair = 0; pair < 3; ++pair) {
    // the pair (P_n, P_{n+1}) and its third node, whose next peer is P_n
    const KeystreamReleased& first = released[pair];
    const KeystreamReleased& second = released[after(pair)];
    const KeystreamReleased& third = released[before(pair)];
    TERCET_TRY(results[pair],
               release_detail::unseal<Defences>(
                   third.consent_next, kSealKeystream, first.pair_next, size));
    TERCET_TRY(const Bytes other,
               release_detail::unseal<Defences>(
                   third.consent_previous, kSealKeystream, second.pair_previous, size));
    release_detail::xor_onto(results[pair], other);
  }
  if constexpr (!Defences::compare_releases) {
    return release_detail::judge_majority(results, ciphertext);
  }
  return release_detail::judge_all(results, ciphertext);
}

template <class Defences>
Result<std::array<std::uint8_t, 16>> open_tag(const FromNodes<TagReleased>& released) {
  TERCET_TRY_STATUS(
      release_detail::check_same_session(released[0].sid, released[1].sid, released[2].sid));
  std::array<std::uint8_t, release_detail::kBlock> tag{};
  for (std::size_t j = 0; j < 3; ++j) {
    // component j: `own` of P_j, `next` of P_{j-1}, each sealed to the other
    const TagReleased& holder = released[j];
    const TagReleased& other_holder = released[release_detail::before(j)];
    TERCET_TRY(const Bytes copy,
               release_detail::unseal<Defences>(
                   other_holder.consent_next, kSealTag, holder.own, release_detail::kBlock));
    TERCET_TRY(const Bytes other_copy,
               release_detail::unseal<Defences>(
                   holder.consent_own, kSealTag, other_holder.next, release_detail::kBlock));
    if (Defences::compare_releases && !ct::equal(copy, other_copy)) {
      return Error(Errc::protocol_abort, "open a tag: the copies of a component differ");
    }
    for (std::size_t i = 0; i < tag.size(); ++i) {
      tag[i] = static_cast<std::uint8_t>(tag[i] ^ copy[i]);
    }
  }
  return tag;
}

}  // namespace tercet::mpc::wire
