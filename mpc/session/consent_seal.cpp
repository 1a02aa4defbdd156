#include "mpc/session/consent_seal.h"

#include "core/base/check.h"
#include "core/crypto/hash.h"
#include "core/crypto/stream.h"
#include "core/ct/ct.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

namespace {

constexpr std::array<std::uint8_t, kChaChaNonceBytes> kNoNonce{};

wire::Sha256Digest key_hash(const ConsentKey& key, std::string_view label) {
  ByteWriter input;
  input.text(kLabelSealHash).text(label).raw(key);
  return sha256(input.bytes());
}

}  // namespace

ConsentKey consent_key(const PairSecret& pair,
                       std::string_view label,
                       PartyIndex sender,
                       SealReceiver receiver,
                       const SessionId& sid,
                       std::uint8_t message_number) {
  ByteWriter input;
  input.text(kLabelSealKey)
      .text(label)
      .u8(number(sender))
      .u8(static_cast<std::uint8_t>(receiver))
      .raw(sid.view())
      .u8(message_number);
  return hmac_sha256(view_of(pair.seal_key()), input.bytes());
}

SealedMessage seal_message(const ConsentKey& key, std::string_view label, ByteView message) {
  SealedMessage sealed;
  sealed.masked = to_bytes(message);
  chacha20_xor(key, kNoNonce, sealed.masked);
  sealed.key_hash = key_hash(key, label);
  return sealed;
}

Result<Bytes> open_sealed(const ConsentKey& key,
                          std::string_view label,
                          const SealedMessage& sealed) {
  if (!ct::equal(key_hash(key, label), sealed.key_hash)) {
    return Error(Errc::seal_broken, "open a consent seal: the key is of another session");
  }
  Bytes message = sealed.masked;
  chacha20_xor(key, kNoNonce, message);
  return message;
}

}  // namespace tercet::mpc
