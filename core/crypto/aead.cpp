#include "core/crypto/aead.h"

#include <sodium.h>

#include "core/random/sodium_ready.h"

namespace tercet {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(Aead::kOverheadBytes == kNonceBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES);

}  // namespace

Aead::Aead(SecretBytes key) : key_(std::move(key)) {
  TERCET_CHECK(key_.size() == kKeyBytes);
  sodium_ready();
}

Bytes Aead::seal(const SecretBytes& plaintext, ByteView aad, RandomSource& random) const {
  return seal(plaintext.expose(SecretAccess::grant()), aad, random);
}

Bytes Aead::seal(ByteView plaintext, ByteView aad, RandomSource& random) const {
  Bytes out(plaintext.size() + kOverheadBytes);
  random.fill(MutableByteView(out).first(kNonceBytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonceBytes,
                                             nullptr,
                                             plaintext.data(),
                                             plaintext.size(),
                                             aad.data(),
                                             aad.size(),
                                             nullptr,
                                             out.data(),
                                             key_.expose(SecretAccess::grant()).data());
  return out;
}

Result<SecretBytes> Aead::open(ByteView sealed, ByteView aad) const {
  if (sealed.size() < kOverheadBytes) {
    return Error(Errc::seal_broken, "open sealed record: too short");
  }
  SecretBytes out(sealed.size() - kOverheadBytes);
  const ByteView body = sealed.subspan(kNonceBytes);
  std::uint8_t none = 0;  // the library wants an address for an empty output too
  const MutableByteView into = out.expose_mutable(SecretAccess::grant());
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(into.empty() ? &none : into.data(),
                                                 nullptr,
                                                 nullptr,
                                                 body.data(),
                                                 body.size(),
                                                 aad.data(),
                                                 aad.size(),
                                                 sealed.data(),
                                                 key_.expose(SecretAccess::grant()).data()) != 0) {
    return Error(Errc::seal_broken, "open sealed record: another key or context, or altered");
  }
  return out;
}

}  // namespace tercet
