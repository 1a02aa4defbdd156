#include "core/crypto/signature.h"

#include <algorithm>

#include <sodium.h>

#include "core/codec/base64.h"
#include "core/crypto/key_file.h"
#include "core/random/sodium_ready.h"

namespace tercet {

Result<PublicKey> PublicKey::from_bytes(ByteView bytes) {
  sodium_ready();
  if (bytes.size() != kBytes || crypto_core_ed25519_is_valid_point(bytes.data()) != 1) {
    return Error(Errc::invalid_argument, "not an Ed25519 public key");
  }
  PublicKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

Result<PublicKey> PublicKey::parse(std::string_view base64) {
  const Result<Bytes> bytes = base64_decode(base64);
  if (!bytes) {
    return Error(Errc::invalid_argument, "not an Ed25519 public key: not Base64");
  }
  return from_bytes(*bytes);
}

bool PublicKey::verify(ByteView message, ByteView signature) const {
  return signature.size() == kSignatureBytes &&
         crypto_sign_verify_detached(
             signature.data(), message.data(), message.size(), bytes_.data()) == 0;
}

std::string PublicKey::text() const {
  return base64_encode(bytes_);
}

SigningKey::SigningKey(SecretBytes seed)
    : seed_(std::move(seed)), private_(crypto_sign_SECRETKEYBYTES) {
  sodium_ready();
  TERCET_CHECK(seed_.size() == crypto_sign_SEEDBYTES);
  std::array<std::uint8_t, PublicKey::kBytes> point{};
  crypto_sign_seed_keypair(point.data(),
                           private_.expose_mutable(SecretAccess::grant()).data(),
                           seed_.expose(SecretAccess::grant()).data());
  public_key_ = PublicKey::from_bytes(point).value();
}

SigningKey SigningKey::generate(RandomSource& random) {
  return SigningKey(SecretBytes::random(crypto_sign_SEEDBYTES, random));
}

Result<SigningKey> SigningKey::load(const std::string& path) {
  TERCET_TRY(SecretBytes seed, load_key_file(path, kSigningKeyKind, crypto_sign_SEEDBYTES));
  return SigningKey(std::move(seed));
}

Status SigningKey::save(const std::string& path) const {
  return save_key_file(path, kSigningKeyKind, seed_);
}

Signature SigningKey::sign(ByteView message) const {
  Signature out{};
  crypto_sign_detached(out.data(),
                       nullptr,
                       message.data(),
                       message.size(),
                       private_.expose(SecretAccess::grant()).data());
  return out;
}

}  // namespace tercet
