#pragma once

#include "mpc/session/party_context.inl.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

/// Turns additive shares z_i of products (zero shares added already) into replicated ones: P_i
/// sends z_i to P_{i-1} and gets z_{i+1}. Hops: 1 (protocol.md 3).
template <class Defences>
Task<Result<ByteShares>> exchange_products(Party& party, SecretBytes z) {
  TERCET_CO_TRY(const Round round, party.begin_round(Label::product));
  send_message<Defences>(party, round, Side::previous, view_of(z));
  TERCET_CO_TRY(const Bytes from_next,
                co_await receive_message<Defences>(party, round, Side::next, z.size()));
  co_return ByteShares(std::move(z), SecretBytes::copy_of(from_next));
}

}  // namespace tercet::mpc
