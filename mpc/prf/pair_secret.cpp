#include "mpc/prf/pair_secret.h"

#include <array>

#include "core/base/check.h"
#include "core/crypto/hash.h"
#include "core/crypto/stream.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

// PRF(k, use, sid, index) = ChaCha20 under HMAC-SHA256(k, encoding of (label, use, sid, index)).
// The encoding is injective: two length-prefixed texts, then fields of fixed size.

namespace {

constexpr std::array<std::uint8_t, kChaChaNonceBytes> kNoNonce{};

void derive(const SecretBytes& shared, std::string_view purpose, MutableByteView out) {
  ByteWriter info;
  info.text(kLabelPairSecret).text(purpose);
  hkdf_sha256(view_of(shared), {}, info.bytes(), out);
}

SecretBytes derive_key(const SecretBytes& shared, std::string_view purpose) {
  SecretBytes key(32);
  derive(shared, purpose, mutable_view_of(key));
  return key;
}

Sha256Digest stream_key(const SecretBytes& key,
                        PrfUse use,
                        const SessionId& sid,
                        std::uint64_t index) {
  ByteWriter input;
  input.text(kLabelPrf).text(use.label).raw(sid.view()).u64(index);
  return hmac_sha256(view_of(key), input.bytes());
}

}  // namespace

PairSecret::PairSecret(const SecretBytes& shared) {
  TERCET_CHECK(shared.size() == kSharedBytes);
  component_key_ = derive_key(shared, "component");
  gate_key_ = derive_key(shared, "gate");
  seal_key_ = derive_key(shared, "seal");
  digest_key_ = derive_key(shared, "digest");
  std::array<std::uint8_t, PairSecretName::kBytes> name{};
  derive(shared, "name", name);
  name_ = PairSecretName(name);
}

void PrfStream::xor_at(std::size_t offset, MutableByteView into) const {
  TERCET_CHECK(offset % kUnitBytes == 0);
  chacha20_xor(view_of(key_), kNoNonce, into, static_cast<std::uint32_t>(offset / kUnitBytes));
}

PrfStream PairSecret::stream(PrfUse use, const SessionId& sid, std::uint64_t index) const {
  Sha256Digest key = stream_key(component_key_, use, sid, index);
  const WipeGuard guard(key);
  return PrfStream(SecretBytes::copy_of(key));
}

SecretBytes PairSecret::session_digest_key(std::string_view label, const SessionId& sid) const {
  ByteWriter input;
  input.text(label).raw(sid.view());
  Sha256Digest key = hmac_sha256(view_of(digest_key_), input.bytes());
  const WipeGuard guard(key);
  return SecretBytes::copy_of(ByteView(key).first(16));
}

void PairSecret::fill(PrfUse use,
                      const SessionId& sid,
                      std::uint64_t index,
                      MutableByteView out) const {
  Sha256Digest key = stream_key(component_key_, use, sid, index);
  const WipeGuard guard(key);
  chacha20_stream(key, kNoNonce, out);
}

void PairSecret::xor_stream(PrfUse use,
                            const SessionId& sid,
                            std::uint64_t index,
                            MutableByteView into) const {
  Sha256Digest key = stream_key(component_key_, use, sid, index);
  const WipeGuard guard(key);
  chacha20_xor(key, kNoNonce, into);
}

}  // namespace tercet::mpc
