#pragma once

#include <algorithm>

#include "core/base/check.h"
#include "mpc/open/opening.h"
#include "mpc/session/consent_seal.h"
#include "mpc/session/party_context.inl.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

namespace detail {

inline constexpr std::size_t kSealOverheadBytes = 64;  ///< hash of k, and k for the other's message

/// What this party sends to `to` in a sealed opening: its component sealed to that component's
/// other holder, and its consent to that holder's copy.
Bytes sealed_component(const Party& party, Side to, ByteView component);
/// Unmasks both copies of the missing component, each with the consent in the other message.
Status unseal_components(const Party& party, Bytes& from_next, Bytes& from_previous);

}  // namespace detail

template <class Defences>
struct OpeningProtocol {
  /// The next peer lacks our `own`, the previous one our `next`; we lack component i-1, which is
  /// the next peer's `next` and the previous peer's `own`.
  static Task<Result<Checked<PublicBytes>>> run(Party& party, ByteShares masked, bool sealed) {
    const std::size_t size = masked.size();
    TERCET_CHECK(size > 0 && size <= kOpenBytesMax);
    const std::size_t message_size = size + (sealed ? detail::kSealOverheadBytes : 0);
    TERCET_CO_TRY(const Round round,
                  party.begin_round(sealed ? Label::sealed_opening : Label::opening));

    // hop 1: each peer gets the component it lacks
    Bytes to_next = to_bytes(view_of(masked.own));
    Bytes to_previous = to_bytes(view_of(masked.next));
    if (sealed) {
      to_next = detail::sealed_component(party, Side::next, to_next);
      to_previous = detail::sealed_component(party, Side::previous, to_previous);
    }
    send_message<Defences>(party, round, Side::next, to_next);
    send_message<Defences>(party, round, Side::previous, to_previous);
    TERCET_CO_TRY(Bytes from_next,
                  co_await receive_message<Defences>(party, round, Side::next, message_size));
    TERCET_CO_TRY(Bytes from_previous,
                  co_await receive_message<Defences>(party, round, Side::previous, message_size));
    if (sealed) {
      Status unsealed = detail::unseal_components(party, from_next, from_previous);
      if (!unsealed) {
        co_return party.drop(std::move(unsealed).error());
      }
    }
    if constexpr (Defences::compare_copies) {
      // Public by now or worthless: a corrupt sender knew its own copy, the other is uniform.
      if (!std::ranges::equal(from_next, from_previous)) {
        co_return party.drop(
            Error(Errc::protocol_abort, "open a value: the copies of both peers differ"));
      }
    }
    Bytes value = std::move(from_next);
    xor_bytes(value, view_of(masked.own));
    xor_bytes(value, view_of(masked.next));
    party.add_to_transcript(Label::opening, value);
    co_return Checked<PublicBytes>(PublicBytes(std::move(value)));
  }
};

template <class Defences>
Task<Result<Checked<PublicBytes>>> open_bytes(Party& party, ByteShares masked, Sealing sealing) {
  const bool sealed = sealing == Sealing::first && Defences::consent_seals;
  return OpeningProtocol<Defences>::run(party, std::move(masked), sealed);
}

}  // namespace tercet::mpc
