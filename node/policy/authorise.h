#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/sigv4/verify.h"
#include "core/time/clock.h"
#include "core/xks/api_types.h"
#include "core/xks/operation.h"
#include "mpc/gcm/limits.h"
#include "mpc/wire/proxy_messages.h"
#include "node/policy/key_directory.h"
#include "node/policy/rate_cap.h"
#include "node/policy/replay_list.h"
#include "node/session/service_options.h"

namespace tercet::node {

/// Who signed a request and what for: all of it verified by this node itself.
class VerifiedRequest {
 public:
  VerifiedRequest() = default;
  xks::Operation operation = xks::Operation::get_health_status;
  const StorePolicy* store = nullptr;  ///< null for the proxy's own health check
  std::optional<KeyId> key;            ///< absent for GetHealthStatus
  SignatureId signature;
  std::int64_t valid_until = 0;  ///< last second of the signature's time window
  std::string access_key_id;
};

/// An Encrypt this node agrees to.
class EncryptOrder {
 public:
  EncryptOrder() = default;
  VerifiedRequest request;
  KeyEntry key;
};

/// A Decrypt this node agrees to, taken from the signed body.
class DecryptOrder {
 public:
  DecryptOrder() = default;
  VerifiedRequest request;
  KeyEntry key;  ///< of the version that the ciphertext names
  mpc::Iv iv{};
  mpc::Tag tag{};
  Bytes framed_aad;
  Bytes ciphertext;
  xks::RequestMetadata metadata;  ///< from the signed body, for audit
};

/// Decides who may ask for what (protocol.md 9), in the order of the XKS reference, section 13: for
/// every operation the node verifies KMS's signature by itself and looks at its own key state. Has
/// no effect until `burn_signature`.
/// Threads: the service's executor only.
class Authoriser {
 public:
  Authoriser(const NodeServiceOptions& options,
             KeyDirectory& keys,
             sigv4::SecretLookup secrets,
             const WallClock& clock);

  /// Path, method and signature alone. The body hash is computed here where the body is given.
  /// Errors: denied (no such path or method: not KMS's words), not_authenticated.
  Result<VerifiedRequest> verify(const mpc::wire::ProxiedRequest& request);

  /// What to answer to an Authenticate, in full.
  mpc::wire::Answer answer(const mpc::wire::Authenticate& question);

  Result<EncryptOrder> order_encrypt(const mpc::wire::EncryptRequest& request,
                                     std::string_view proxy);
  Result<DecryptOrder> order_decrypt(const mpc::wire::DecryptRequest& request,
                                     std::string_view proxy);
  /// Slots need no signature: key and store must exist and serve.
  Result<KeyEntry> order_slots(const mpc::wire::MakeSlots& request);

  /// Checks and counts a signature in one step, across proxies; the first thing that burns. Returns
  /// the number of the use, 0 for the proxy's own health check. Errors: replayed, overloaded.
  Result<unsigned> burn_signature(const VerifiedRequest& request);

  /// A peer holds another component of this key: refused from now on, until a restart or refresh.
  /// False if it was refused before.
  bool refuse_key(const KeyId& key);

 private:
  Result<VerifiedRequest> verify_or_health_check(const mpc::wire::ProxiedRequest& request,
                                                 xks::Operation wanted,
                                                 std::string_view proxy);
  const StorePolicy* store_of(std::string_view target, xks::Target& parsed) const;
  /// The key in the store that the path names, whatever its state. Errors: not_found.
  Result<KeyEntry> find_key(const VerifiedRequest& request) const;
  /// Errors: overloaded.
  Status take_quota(const VerifiedRequest& request);
  /// Errors: wrong_state, internal (shares missing or refused here).
  Status check_serves(const KeyEntry& key) const;

  const NodeServiceOptions* options_;
  KeyDirectory* keys_;
  sigv4::SecretLookup secrets_;
  const WallClock* clock_;
  sigv4::SigningKeyCache signing_keys_;
  ReplayList replays_;
  RateCaps store_quota_;
  RateCaps health_checks_;
  RateCaps cold_decrypts_;
  std::set<KeyId> refused_keys_;
};

}  // namespace tercet::node
