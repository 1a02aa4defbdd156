#pragma once

#include <algorithm>

#include "mpc/session/agreement.h"

namespace tercet::mpc {

namespace detail {

/// NONCE: hash of the proposal, nonce, contribution for this peer.
Bytes encode_nonce(const SessionId& proposal,
                   const AgreementNonce& nonce,
                   const SecretBytes& contribution);
/// Fills in the peer's nonce and contribution. Errors: peer_malformed, session_mismatch.
Status decode_nonce(ByteView from,
                    const SessionId& proposal,
                    AgreementNonce& nonce,
                    SecretBytes& contribution);

}  // namespace detail

template <class Defences>
Task<Result<Agreed>> agree(PartyChannel& channel,
                           const SessionIdentity& identity,
                           RandomSource& random,
                           const PeerContributions& sent) {
  const PartyIndex self = channel.self();
  const PartyIndex next_peer = next(self);
  const PartyIndex previous_peer = previous(self);
  const SessionId proposal = identity.proposal_hash();
  Agreed agreed;
  AgreementNonce& own_nonce = agreed.nonces[number(self) - 1U];
  random.fill(own_nonce);

  // hop 1: nonces
  const Step nonce_step{Label::nonce, 0};
  channel.send(next_peer, nonce_step, detail::encode_nonce(proposal, own_nonce, sent.next));
  channel.send(previous_peer, nonce_step, detail::encode_nonce(proposal, own_nonce, sent.previous));
  TERCET_CO_TRY(const Bytes from_next, co_await channel.receive(next_peer, nonce_step));
  TERCET_CO_TRY(const Bytes from_previous, co_await channel.receive(previous_peer, nonce_step));
  TERCET_CO_TRY_STATUS(detail::decode_nonce(
      from_next, proposal, agreed.nonces[number(next_peer) - 1U], agreed.received.next));
  TERCET_CO_TRY_STATUS(detail::decode_nonce(from_previous,
                                            proposal,
                                            agreed.nonces[number(previous_peer) - 1U],
                                            agreed.received.previous));
  agreed.sid = session_id(identity, agreed.nonces);

  // hop 2: the sid each has computed
  const Step sid_step{Label::sid, 1};
  channel.send(next_peer, sid_step, to_bytes(agreed.sid.view()));
  channel.send(previous_peer, sid_step, to_bytes(agreed.sid.view()));
  TERCET_CO_TRY(const Bytes next_sid, co_await channel.receive(next_peer, sid_step));
  TERCET_CO_TRY(const Bytes previous_sid, co_await channel.receive(previous_peer, sid_step));
  if constexpr (Defences::compare_sids) {
    if (!std::ranges::equal(ByteView(next_sid), agreed.sid.view()) ||
        !std::ranges::equal(ByteView(previous_sid), agreed.sid.view())) {
      co_return Error(Errc::session_mismatch, "agree on a session: a peer has another sid");
    }
  }
  co_return agreed;
}

}  // namespace tercet::mpc
