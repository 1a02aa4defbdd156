#include "tests/sim/invariants/judge.h"

#include "core/crypto/gcm.h"
#include "core/xks/framing.h"

namespace tercet::sim {

void Judge::check_allowed(const KeyId& key, SteadyTime sent, std::string_view operation) {
  const std::optional<SteadyTime> since = truth_->refused_since(key);
  if (since && *since < sent) {
    violations_->add("I5: " + std::string(operation) + " with " + key.text() +
                     ", which two nodes had disabled before");
  }
}

/// Under raw framing there is no metadata, and the only version is the first.
std::optional<KeyVersion> Judge::version_of(const Ciphertext& made) const {
  const bool raw =
      truth_->framing(VersionName(made.key, KeyVersion(1))) == mpc::wire::AadFraming::raw;
  if (raw && made.metadata.empty()) {
    return KeyVersion(1);
  }
  return raw ? std::nullopt : xks::parse_version_metadata(made.metadata);
}

void Judge::encrypted(const Ciphertext& made, SteadyTime sent) {
  truth_->look();
  check_allowed(made.key, sent, "encrypt");
  const std::optional<KeyVersion> version = version_of(made);
  if (!version) {
    violations_->add("I1: an Encrypt with " + made.key.text() + " names no key version");
    return;
  }
  const VersionName name(made.key, *version);
  if (!ivs_.emplace(name, made.iv).second) {
    violations_->add("I2: an IV was used twice with " + made.key.text());
  }
  const std::optional<Bytes> key = truth_->key(name);
  if (!key) {
    violations_->add("I1: an Encrypt with " + made.key.text() + ", which no two nodes hold");
    return;
  }
  const Result<Bytes> aad =
      made.metadata.empty() ? Result<Bytes>(made.aad) : xks::gcm_aad(made.aad, made.metadata);
  const Result<Bytes> opened =
      aes256gcm_decrypt(*key, made.iv, aad.value(), made.ciphertext, made.tag);
  if (!opened || *opened != made.plaintext) {
    violations_->add("I1: an Encrypt with " + made.key.text() + " is wrong");
  }
}

void Judge::decrypted(const Ciphertext& opened, const Bytes& plaintext, SteadyTime sent) {
  truth_->look();
  check_allowed(opened.key, sent, "decrypt");
  if (plaintext != opened.plaintext) {
    violations_->add("I1: a Decrypt with " + opened.key.text() + " is wrong");
  }
}

}  // namespace tercet::sim
