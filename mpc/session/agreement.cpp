#include "mpc/session/agreement.h"

#include "core/crypto/hash.h"
#include "mpc/prf/labels.h"
#include "mpc/session/agreement.inl.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

Bytes SessionIdentity::encode() const {
  ByteWriter out;
  out.u16(kProtocolVersion).raw(cluster.view()).text(operation).u8(static_cast<std::uint8_t>(set));
  out.u32(membership.value());
  for (const GenerationId& generation : generations) {
    out.raw(generation.view());
  }
  for (const PairSecretName& name : pair_secrets) {
    out.raw(name.view());
  }
  out.text(opener).blob(plan).u32(static_cast<std::uint32_t>(materials.size()));
  for (const Bytes& material : materials) {
    out.blob(material);
  }
  return out.take();
}

SessionId SessionIdentity::proposal_hash() const {
  ByteWriter input;
  input.text(kLabelProposal).blob(encode());
  return SessionId(sha256(input.bytes()));
}

SessionId session_id(const SessionIdentity& identity, const std::array<AgreementNonce, 3>& nonces) {
  ByteWriter input;
  input.text(kLabelSessionId).blob(identity.encode());
  for (const AgreementNonce& nonce : nonces) {
    input.raw(nonce);
  }
  return SessionId(sha256(input.bytes()));
}

namespace detail {

Bytes encode_nonce(const SessionId& proposal,
                   const AgreementNonce& nonce,
                   const SecretBytes& contribution) {
  ByteWriter out;
  out.raw(proposal.view()).raw(nonce).blob(view_of(contribution));
  return out.take();
}

Status decode_nonce(ByteView from,
                    const SessionId& proposal,
                    AgreementNonce& nonce,
                    SecretBytes& contribution) {
  ByteReader reader(from);
  const SessionId named(reader.array<SessionId::kBytes>());
  nonce = reader.array<32>();
  const ByteView secret = reader.blob(kContributionBytesMax);
  TERCET_TRY_STATUS(reader.finish("agree on a session: nonce"));
  if (named != proposal) {
    return Error(Errc::session_mismatch, "agree on a session: a peer has another proposal");
  }
  contribution = SecretBytes::copy_of(secret);
  return ok_status();
}

}  // namespace detail

template Task<Result<Agreed>> agree<FullDefences>(PartyChannel& channel,
                                                  const SessionIdentity& identity,
                                                  RandomSource& random,
                                                  const PeerContributions& sent);

}  // namespace tercet::mpc
