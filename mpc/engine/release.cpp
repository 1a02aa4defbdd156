#include "mpc/engine/release.h"

#include "core/crypto/hash.h"
#include "core/secret/access.h"
#include "mpc/engine/engine.inl.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/gcm/ghash.h"
#include "mpc/prf/labels.h"
#include "mpc/share/view.h"

// Gate: for the pair (i, i+1) with gate key q, P_i sends (x_i ^ x_{i+1}) ^ G(q, d_i ^ d_{i+1}) and
// P_{i+1} sends x_{i+2} ^ G(q, d_{i+2}). The pads cancel exactly when d = 0. Each node is first in
// the pair with its next peer and second in the pair with its previous one; as the second it holds
// component i+2 as `next`.

namespace tercet::mpc {
namespace {

/// G: a random oracle over all its inputs, never a cipher keyed with q. `value` is what must
/// cancel.
void xor_pad(const Seat& seat,
             const PairSecret& pair,
             PartyIndex pair_number,
             ByteView value,
             Bytes& message) {
  ByteWriter in;
  in.text(kLabelGate).u8(number(pair_number)).blob(pair.gate_key().expose(SecretAccess::grant()));
  in.blob(seat.sid.view()).u64(message.size()).blob(value);
  Bytes pad(message.size());
  shake256(in.bytes(), pad);
  xor_bytes(message, pad);
}

}  // namespace

BlockShares tag_shares(const KeyMaterial& key,
                       const ByteShares& e,
                       ByteView framed_aad,
                       ByteView ciphertext) {
  BlockShares tag = ghash(key.h_powers(), ghash_input(framed_aad, ciphertext));
  xor_into(tag.bytes, e);
  return tag;
}

GatedMessages gate_keystream(const Seat& seat,
                             const ByteShares& keystream,
                             std::size_t text_bytes,
                             const BlockShares& d) {
  TERCET_CHECK(keystream.size() >= text_bytes && d.count() == 1);
  const SecretAccess access = SecretAccess::grant();
  const ByteView own = keystream.own.expose(access).first(text_bytes);
  const ByteView next_component = keystream.next.expose(access).first(text_bytes);
  const ByteView d_next = d.bytes.next.expose(access);

  // x: a zero block (shares 0, 0, 0), then the keystream
  Bytes first_in_pair(kAesBlockBytes + text_bytes);
  Bytes second_in_pair(kAesBlockBytes + text_bytes);
  xor_bytes(MutableByteView(first_in_pair).subspan(kAesBlockBytes), own);
  xor_bytes(MutableByteView(first_in_pair).subspan(kAesBlockBytes), next_component);
  xor_bytes(MutableByteView(second_in_pair).subspan(kAesBlockBytes), next_component);

  Bytes d_both = to_bytes(d.bytes.own.expose(access));
  xor_bytes(d_both, d_next);
  xor_pad(seat, *seat.secrets->with_next, seat.self, d_both, first_in_pair);
  xor_pad(seat, *seat.secrets->with_previous, previous(seat.self), d_next, second_in_pair);
  return GatedMessages(std::move(first_in_pair), std::move(second_in_pair));
}

template Result<wire::KeystreamReleased> release_keystream<FullDefences>(const Seat&,
                                                                         const Keystream&,
                                                                         const KeyMaterial&,
                                                                         const TaggedCiphertext&);
template Result<TagRelease> release_tag<FullDefences>(
    const Seat&, Slot, const KeyMaterial&, ByteView, ByteView);

}  // namespace tercet::mpc
