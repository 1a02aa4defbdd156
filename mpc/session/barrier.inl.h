#pragma once

#include "mpc/session/barrier.h"
#include "mpc/session/party_context.inl.h"

namespace tercet::mpc {

template <class Defences>
Task<Status> pass_barrier(Party& party) {
  if constexpr (Defences::barrier) {
    TERCET_CO_TRY(const Round round, party.begin_round(Label::barrier));

    // hop 1: everything waited for is here
    party.close_earlier_rounds(round);
    send_message<Defences>(party, round, Side::next, ByteView());
    send_message<Defences>(party, round, Side::previous, ByteView());
    TERCET_CO_TRY(const Bytes next_here,
                  co_await receive_message<Defences>(party, round, Side::next, 0));
    TERCET_CO_TRY(const Bytes previous_here,
                  co_await receive_message<Defences>(party, round, Side::previous, 0));
  }
  co_return ok_status();
}

}  // namespace tercet::mpc
