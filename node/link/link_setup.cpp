#include <algorithm>

#include "core/crypto/hash.h"
#include "node/link/link_setup.inl.h"

namespace tercet::node {

namespace {

constexpr std::string_view kPairLabel = "tercet/link/pair-secret/1";
constexpr std::string_view kConfirmLabel = "tercet/link/confirm/1";

}  // namespace

namespace detail {

SecretBytes derive(const PeerRecord& record, const Hello& lower, const Hello& higher) {
  SecretBytes inputs(lower.contribution.size() + higher.contribution.size());
  MutableByteView into = inputs.expose_mutable(SecretAccess::grant());
  std::copy(lower.contribution.begin(), lower.contribution.end(), into.begin());
  std::copy(higher.contribution.begin(), higher.contribution.end(), into.begin() + 32);
  ByteWriter info;
  info.text(kPairLabel).u8(lower.sender).raw(lower.generation.view());
  info.u8(higher.sender).raw(higher.generation.view());
  SecretBytes derived(2 * kSeedBytes);
  hkdf_sha256(inputs.expose(SecretAccess::grant()),
              record.cluster().view(),
              info.bytes(),
              derived.expose_mutable(SecretAccess::grant()));
  return derived;
}

std::array<std::uint8_t, 32> confirmation(const SecretBytes& key,
                                          std::uint8_t sender,
                                          ByteView lower,
                                          ByteView higher) {
  ByteWriter out;
  out.text(kConfirmLabel).u8(sender).blob(lower).blob(higher);
  return hmac_sha256(key.expose(SecretAccess::grant()), out.bytes());
}

}  // namespace detail

std::optional<PairName> PeerRecord::secret_name() const {
  if (!secret_) {
    return std::nullopt;
  }
  return secret_->name();
}

void PeerRecord::end_peer_generation() {
  if (generation_) {
    ended_.insert(*generation_);
  }
  generation_.reset();
  forget_secret();
}

void PeerRecord::forget_secret() {
  secret_.reset();
  confirm_key_ = SecretBytes();
  watch_ = RollbackWatch();
}

template class BasicLinkSetup<FullLinkDefences>;

}  // namespace tercet::node
