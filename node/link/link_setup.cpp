#include <algorithm>

#include "node/link/link_setup.inl.h"

namespace tercet::node {

namespace {

constexpr std::string_view kPairLabel = "tercet/link/pair-secret/1";
constexpr std::string_view kConfirmLabel = "tercet/link/confirm/1";
constexpr std::string_view kBulkLabel = "tercet/link/bulk/1";
constexpr std::string_view kSignatureLabel = "tercet/link/confirm-signature/1";

}  // namespace

namespace detail {

SecretBytes derive(const LinkIdentity& identity,
                   mpc::PartyIndex peer,
                   const OfferedGeneration& mine,
                   const OfferedGeneration& theirs) {
  const bool self_lower = number(identity.self) < number(peer);
  const OfferedGeneration& lower = self_lower ? mine : theirs;
  const OfferedGeneration& higher = self_lower ? theirs : mine;
  SecretBytes inputs(2 * kContributionBytes);
  MutableByteView into = inputs.expose_mutable(SecretAccess::grant());
  const ByteView from_lower = lower.contribution.expose(SecretAccess::grant());
  const ByteView from_higher = higher.contribution.expose(SecretAccess::grant());
  std::copy(from_lower.begin(), from_lower.end(), into.begin());
  std::copy(from_higher.begin(), from_higher.end(), into.subspan(kContributionBytes).begin());
  ByteWriter info;
  info.text(kPairLabel);
  info.u8(std::min(number(identity.self), number(peer))).raw(lower.generation.view());
  info.u8(std::max(number(identity.self), number(peer))).raw(higher.generation.view());
  SecretBytes derived(2 * kSeedBytes);
  hkdf_sha256(inputs.expose(SecretAccess::grant()),
              identity.cluster.view(),
              info.bytes(),
              derived.expose_mutable(SecretAccess::grant()));
  return derived;
}

void SetupTranscript::set_hellos(ByteView mine, ByteView theirs) {
  const bool self_lower = number(identity_.self) < number(peer_);
  lower_ = sha256(self_lower ? mine : theirs);
  higher_ = sha256(self_lower ? theirs : mine);
}

std::array<std::uint8_t, 32> SetupTranscript::mac(const SecretBytes& key,
                                                  mpc::PartyIndex sender) const {
  ByteWriter out;
  out.text(kConfirmLabel).u8(number(sender)).raw(lower_).raw(higher_);
  return hmac_sha256(key.expose(SecretAccess::grant()), out.bytes());
}

Bytes SetupTranscript::signed_text(mpc::PartyIndex sender, bool receiver_over) const {
  const mpc::PartyIndex receiver = sender == peer_ ? identity_.self : peer_;
  const Membership& membership = identity_.membership;
  ByteWriter out;
  out.text(kSignatureLabel).raw(identity_.cluster.view()).u32(membership.number.value());
  out.text(membership.member(sender).node_id).text(membership.member(receiver).node_id);
  out.raw(lower_).raw(higher_).blob(binding_).u8(receiver_over ? 1 : 0);
  return out.take();
}

}  // namespace detail

std::optional<PairName> PeerRecord::secret_name() const {
  if (!secret_) {
    return std::nullopt;
  }
  return secret_->name();
}

bool PeerRecord::has_ended(const GenerationId& generation) const {
  return std::ranges::find(ended_, generation) != ended_.end();
}

void PeerRecord::note_ended(const GenerationId& generation) {
  if (has_ended(generation)) {
    return;
  }
  ended_.push_back(generation);
  if (ended_.size() > kEndedKept) {
    ended_.pop_front();
  }
}

bool PeerRecord::end_generation(const GenerationId& generation) {
  note_ended(generation);
  if (generation_ != generation) {
    return false;
  }
  generation_.reset();
  forget_secret();
  return true;
}

void PeerRecord::forget_secret() {
  ++changes_;
  secret_.reset();
  confirm_key_ = SecretBytes();
  watch_ = RollbackWatch();
}

std::array<std::uint8_t, 32> bulk_mac(const mpc::PairSecret& secret,
                                      mpc::PartyIndex sender,
                                      const GenerationId& generation,
                                      ByteView channel_binding) {
  ByteWriter text;
  text.text(kBulkLabel).u8(number(sender)).raw(generation.view()).blob(channel_binding);
  return hmac_sha256(secret.digest_key().expose(SecretAccess::grant()), text.bytes());
}

template class BasicLinkSetup<FullLinkDefences>;

}  // namespace tercet::node
