#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret/secret_bytes.h"

namespace tercet::sigv4 {

/// What a signing key depends on besides the secret.
struct KeyScope {
  std::string_view date;  ///< yyyymmdd
  std::string_view region;
  std::string_view service;
};

/// Whether a secret keeps the rules of the XKS API (reference, section 15), for configuration.
bool is_well_formed(const SecretBytes& secret);

/// HMAC chain over date, Region, service and terminator; the secret is taken as text.
SecretBytes derive_signing_key(const SecretBytes& secret, const KeyScope& scope);

/// HMAC-SHA256 of the string to sign. The result is compared or sent, so it is public.
std::array<std::uint8_t, 32> sign_text(const SecretBytes& signing_key, std::string_view text);

/// Signing keys derived once for each credential, day and Region. A key is forgotten with the day,
/// and when the credential's secret is another object than before. Bounded. Thread-safe; the lock
/// is not held while deriving.
class SigningKeyCache {
 public:
  using Secret = std::shared_ptr<const SecretBytes>;
  std::shared_ptr<const SecretBytes> get(std::string_view access_key_id,
                                         const Secret& secret,
                                         const KeyScope& scope);

 private:
  struct Entry {
    std::string access_key_id;
    std::string date;
    std::string region;
    std::string service;
    Secret secret;
    std::shared_ptr<const SecretBytes> key;
  };

  static constexpr std::size_t kEntriesMax = 64;
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace tercet::sigv4
