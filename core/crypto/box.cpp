#include "core/crypto/box.h"

#include <algorithm>

#include <sodium.h>

#include "core/codec/base64.h"
#include "core/crypto/key_file.h"
#include "core/random/sodium_ready.h"

namespace tercet {

static_assert(BoxPublicKey::kOverheadBytes == crypto_box_SEALBYTES);

Result<BoxPublicKey> BoxPublicKey::from_bytes(ByteView bytes) {
  if (bytes.size() != kBytes) {
    return Error(Errc::invalid_argument, "not an X25519 public key");
  }
  BoxPublicKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

Result<BoxPublicKey> BoxPublicKey::parse(std::string_view base64) {
  const Result<Bytes> bytes = base64_decode(base64);
  if (!bytes) {
    return Error(Errc::invalid_argument, "not an X25519 public key: not Base64");
  }
  return from_bytes(*bytes);
}

Bytes BoxPublicKey::seal(const SecretBytes& message) const {
  sodium_ready();
  Bytes out(message.size() + kOverheadBytes);
  const ByteView plain = message.expose(SecretAccess::grant());
  TERCET_CHECK(crypto_box_seal(out.data(), plain.data(), plain.size(), bytes_.data()) == 0);
  return out;
}

std::string BoxPublicKey::text() const {
  return base64_encode(bytes_);
}

BoxKey::BoxKey(SecretBytes secret) : secret_(std::move(secret)) {
  sodium_ready();
  TERCET_CHECK(secret_.size() == crypto_box_SECRETKEYBYTES);
  std::array<std::uint8_t, BoxPublicKey::kBytes> point{};
  crypto_scalarmult_base(point.data(), secret_.expose(SecretAccess::grant()).data());
  public_key_ = BoxPublicKey::from_bytes(point).value();
}

BoxKey BoxKey::generate(RandomSource& random) {
  return BoxKey(SecretBytes::random(crypto_box_SECRETKEYBYTES, random));
}

Result<BoxKey> BoxKey::load(const std::string& path) {
  TERCET_TRY(SecretBytes secret, load_key_file(path, kBoxKeyKind, crypto_box_SECRETKEYBYTES));
  return BoxKey(std::move(secret));
}

Status BoxKey::save(const std::string& path) const {
  return save_key_file(path, kBoxKeyKind, secret_);
}

Result<SecretBytes> BoxKey::open(ByteView sealed) const {
  if (sealed.size() < BoxPublicKey::kOverheadBytes) {
    return Error(Errc::seal_broken, "open sealed box: too short");
  }
  SecretBytes out(sealed.size() - BoxPublicKey::kOverheadBytes);
  std::uint8_t none = 0;
  const MutableByteView into = out.expose_mutable(SecretAccess::grant());
  if (crypto_box_seal_open(into.empty() ? &none : into.data(),
                           sealed.data(),
                           sealed.size(),
                           public_key_.view().data(),
                           secret_.expose(SecretAccess::grant()).data()) != 0) {
    return Error(Errc::seal_broken, "open sealed box: for another key, or altered");
  }
  return out;
}

}  // namespace tercet
