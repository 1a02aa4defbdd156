#include "core/sigv4/signing_key.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/crypto/hash.h"
#include "core/secret/access.h"
#include "core/sigv4/authorization.h"
#include "core/xks/operation.h"

namespace tercet::sigv4 {
namespace {

/// One step of the chain; the intermediate key is wiped.
void step(Sha256Digest& key, std::string_view text) {
  const Sha256Digest next = hmac_sha256(key, as_bytes(text));
  key = next;
}

}  // namespace

bool is_well_formed(const SecretBytes& secret) {
  return xks::is_secret_access_key(as_text(secret.expose(SecretAccess::grant())));
}

SecretBytes derive_signing_key(const SecretBytes& secret, const KeyScope& scope) {
  Bytes start = to_bytes(as_bytes("AWS4"));
  const ByteView exposed = secret.expose(SecretAccess::grant());
  start.insert(start.end(), exposed.begin(), exposed.end());
  Sha256Digest key = hmac_sha256(start, as_bytes(scope.date));
  step(key, scope.region);
  step(key, scope.service);
  step(key, kTerminator);
  SecretBytes out = SecretBytes::copy_of(key);
  wipe(key.data(), key.size());
  return out;
}

std::array<std::uint8_t, 32> sign_text(const SecretBytes& signing_key, std::string_view text) {
  return hmac_sha256(signing_key.expose(SecretAccess::grant()), as_bytes(text));
}

std::shared_ptr<const SecretBytes> SigningKeyCache::get(std::string_view access_key_id,
                                                        const Secret& secret,
                                                        const KeyScope& scope) {
  const auto fits = [&](const Entry& entry) {
    return entry.access_key_id == access_key_id && entry.date == scope.date &&
           entry.region == scope.region && entry.service == scope.service && entry.secret == secret;
  };
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(entries_.begin(), entries_.end(), fits);
    if (found != entries_.end()) {
      return found->key;
    }
  }
  Entry fresh;
  fresh.access_key_id = access_key_id;
  fresh.date = scope.date;
  fresh.region = scope.region;
  fresh.service = scope.service;
  fresh.secret = secret;
  fresh.key = std::make_shared<const SecretBytes>(derive_signing_key(*secret, scope));
  const std::shared_ptr<const SecretBytes> key = fresh.key;
  const std::lock_guard lock(mutex_);
  // Gone with the day, with the credential, and beyond the bound the oldest.
  std::erase_if(entries_, [&](const Entry& entry) {
    return fits(entry) || (entry.access_key_id == access_key_id && entry.secret != secret) ||
           entry.date < scope.date;
  });
  if (entries_.size() >= kEntriesMax) {
    entries_.erase(entries_.begin());
  }
  entries_.push_back(std::move(fresh));
  return key;
}

}  // namespace tercet::sigv4
