#include "mpc/open/opening.h"

#include "mpc/open/opening.inl.h"

namespace tercet::mpc {

namespace detail {

// Component j travels from both its holders, u and v, to the node that lacks it. u seals its copy
// to v: k(u) = PRF(seal key of u and v, label, sender u, receiver). Both know k(u) and k(v); u
// sends its masked copy, hash(k(u)) and k(v).

Bytes sealed_component(const Party& party, Side to, ByteView component) {
  // `own` is shared with the previous peer and goes to the next one; `next` the other way round.
  const Side holder = to == Side::next ? Side::previous : Side::next;
  const PairSecret& pair = party.with(holder);
  const SealReceiver receiver = seal_receiver(party.peer(to));
  ConsentKey mine = consent_key(pair, kSealFirstOpening, party.self(), receiver, party.sid(), 0);
  const WipeGuard guard(mine);
  const ConsentKey theirs =
      consent_key(pair, kSealFirstOpening, party.peer(holder), receiver, party.sid(), 0);
  const SealedMessage sealed = seal_message(mine, kSealFirstOpening, component);
  ByteWriter out;
  out.raw(sealed.masked).raw(sealed.key_hash).raw(theirs);
  return out.take();
}

Status unseal_components(const Party& /*party*/, Bytes& from_next, Bytes& from_previous) {
  SealedMessage next_copy;
  SealedMessage previous_copy;
  const std::size_t size = from_next.size() - kSealOverheadBytes;
  ByteReader next_reader(from_next);
  next_copy.masked = to_bytes(next_reader.raw(size));
  next_copy.key_hash = next_reader.array<32>();
  const ConsentKey opens_previous = next_reader.array<32>();
  ByteReader previous_reader(from_previous);
  previous_copy.masked = to_bytes(previous_reader.raw(size));
  previous_copy.key_hash = previous_reader.array<32>();
  const ConsentKey opens_next = previous_reader.array<32>();
  TERCET_TRY(Bytes next_value, open_sealed(opens_next, kSealFirstOpening, next_copy));
  TERCET_TRY(Bytes previous_value, open_sealed(opens_previous, kSealFirstOpening, previous_copy));
  from_next = std::move(next_value);
  from_previous = std::move(previous_value);
  return ok_status();
}

}  // namespace detail

template Task<Result<Checked<PublicBytes>>> open_bytes<FullDefences>(Party& party,
                                                                     ByteShares masked,
                                                                     Sealing sealing);

}  // namespace tercet::mpc
