#pragma once

#include <algorithm>

#include "mpc/session/party_context.inl.h"
#include "mpc/verify/zero_check.h"

namespace tercet::mpc {

namespace detail {

/// The pair's digest: keyed, bound to sid, pair and coin. `first` is the P_i of the pair (i, i+1).
std::array<std::uint8_t, 32> pair_digest(const PairSecret& pair,
                                         PartyIndex first,
                                         const SessionId& sid,
                                         const Coin& coin,
                                         ByteView zeros,
                                         ByteView copies);

}  // namespace detail

template <class Defences>
Task<Status> finish_zero_check(Party& party, ZeroCheck check, Checked<Coin> coin) {
  using Digest = std::array<std::uint8_t, 32>;
  Digest zero_next{};
  Digest zero_previous{};
  Digest copies_next{};
  Digest copies_previous{};
  if constexpr (Defences::zero_check) {
    zero_next = check.zero_with_next_.finish();
    zero_previous = check.zero_with_previous_.finish();
  }
  if constexpr (Defences::copy_check) {
    copies_next = check.copies_with_next_.finish();
    copies_previous = check.copies_with_previous_.finish();
  }
  const Digest with_next = detail::pair_digest(
      party.with_next(), party.self(), party.sid(), coin.get(), zero_next, copies_next);
  const Digest with_previous = detail::pair_digest(party.with_previous(),
                                                   previous(party.self()),
                                                   party.sid(),
                                                   coin.get(),
                                                   zero_previous,
                                                   copies_previous);
  TERCET_CO_TRY(const Round round, party.begin_round(Label::zero_check));

  // hop 1: the digest of each pair, to its other member
  send_message<Defences>(party, round, Side::next, with_next);
  send_message<Defences>(party, round, Side::previous, with_previous);
  TERCET_CO_TRY(const Bytes next_digest,
                co_await receive_message<Defences>(party, round, Side::next, with_next.size()));
  TERCET_CO_TRY(
      const Bytes previous_digest,
      co_await receive_message<Defences>(party, round, Side::previous, with_previous.size()));
  if (!std::ranges::equal(next_digest, with_next) ||
      !std::ranges::equal(previous_digest, with_previous)) {
    co_return party.drop(Error(Errc::protocol_abort, "verify: zero check or copy check failed"));
  }
  co_return ok_status();
}

}  // namespace tercet::mpc
