#pragma once

#include <algorithm>

#include "mpc/session/barrier.inl.h"
#include "mpc/share/view.h"
#include "mpc/verify/coin.h"

namespace tercet::mpc {

template <class Defences>
struct CoinProtocol {
  static Task<Result<Checked<Coin>>> run(Party& party) {
    if (party.set() != ParticipantSet::p123) {
      co_return Error(Errc::unsupported, "toss a coin: only three nodes can");
    }
    TERCET_CO_TRY_STATUS(co_await pass_barrier<Defences>(party));
    TERCET_CO_TRY(const Round round, party.begin_round(Label::coin));

    // hop 2: open PRF(k_j, "coin", sid, round)
    const ByteShares share = party.random_shares(kUseCoin, round.step.round, kCoinBytes);
    send_message<Defences>(party, round, Side::next, view_of(share.own));
    send_message<Defences>(party, round, Side::previous, view_of(share.next));
    TERCET_CO_TRY(Bytes from_next,
                  co_await receive_message<Defences>(party, round, Side::next, kCoinBytes));
    TERCET_CO_TRY(const Bytes from_previous,
                  co_await receive_message<Defences>(party, round, Side::previous, kCoinBytes));
    if constexpr (Defences::coin_compare) {
      if (!std::ranges::equal(from_next, from_previous)) {
        co_return party.drop(
            Error(Errc::protocol_abort, "toss a coin: the copies of both peers differ"));
      }
    }
    xor_bytes(from_next, view_of(share.own));
    xor_bytes(from_next, view_of(share.next));
    party.add_to_transcript(Label::coin, from_next);
    std::array<std::uint8_t, kCoinBytes> seed{};
    std::ranges::copy(from_next, seed.begin());
    co_return Checked<Coin>(Coin(seed));
  }

  static constexpr std::size_t kCoinBytes = 32;
};

template <class Defences>
Task<Result<Checked<Coin>>> toss_coin(Party& party) {
  return CoinProtocol<Defences>::run(party);
}

}  // namespace tercet::mpc
