#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/sigv4/verify.h"
#include "core/time/clock.h"
#include "core/time/rate_cap.h"
#include "core/xks/operation.h"
#include "node/policy/authoriser.h"
#include "node/policy/key_directory.h"
#include "node/policy/replay_list.h"
#include "node/policy/request_defences.h"
#include "node/session/service_options.h"

namespace tercet::node {

/// The Authoriser of a node: SigV4 signatures, the replay list, the key's own state, caps.
/// `D` is FullRequestDefences except in attack tests. What it is given outlives it.
template <class D>
class RequestAuthoriser final : public Authoriser {
 public:
  RequestAuthoriser(const NodeServiceOptions& options,
                    KeyDirectory& keys,
                    sigv4::SecretLookup secrets,
                    const WallClock& clock,
                    const Clock& monotonic);

  void replace_stores(const std::vector<StorePolicy>& stores) override;

  mpc::wire::Answer answer(const mpc::wire::Authenticate& question) override;
  Result<EncryptOrder> order_encrypt(const mpc::wire::EncryptRequest& request,
                                     std::string_view proxy,
                                     SlotShelf& slots) override;
  Result<DecryptOrder> order_decrypt(const mpc::wire::DecryptRequest& request,
                                     std::string_view proxy) override;
  Result<KeyEntry> order_slots(const mpc::wire::MakeSlots& request) override;
  Result<unsigned> burn_signature(const VerifiedRequest& request) override;
  SessionId session_id(const ProxySessionFacts& facts) const override;
  bool may_use_lease_of(std::string_view owner, std::string_view proxy) const override;
  bool refuse_key(const KeyId& key) override;

 private:
  /// Path, method and signature alone. The body hash is computed here where the body is given.
  /// Errors: denied (no such path or method: not KMS's words), not_authenticated.
  Result<VerifiedRequest> verify(const mpc::wire::ProxiedRequest& request);
  Result<sigv4::VerifiedCaller> caller_of(const mpc::wire::ProxiedRequest& request,
                                          const StorePolicy& store);
  Result<VerifiedRequest> verify_or_health_check(const mpc::wire::ProxiedRequest& request,
                                                 xks::Operation wanted,
                                                 std::string_view proxy);
  /// Who wants to encrypt, and the key if that is allowed.
  Result<std::pair<VerifiedRequest, KeyEntry>> check_encrypt(
      const mpc::wire::EncryptRequest& request, std::string_view proxy);
  std::shared_ptr<const StorePolicy> store_of(std::string_view target, xks::Target& parsed) const;
  /// The key in the store that the path names, whatever its state. Errors: not_found.
  Result<KeyEntry> find_key(const VerifiedRequest& request) const;
  /// Errors: overloaded.
  Status take_quota(const VerifiedRequest& request);
  /// Of the key in all its versions. Errors: wrong_state, internal (it differs at a peer).
  Status check_enabled(const KeyEntry& key) const;
  /// Opens the entry. Errors: internal (its version's shares are missing or damaged here).
  Status check_usable(KeyEntry& version);
  /// There is a version that could encrypt. Errors: as check_usable.
  Status check_can_encrypt(const KeyEntry& newest);

  NodeServiceOptions options_;
  std::vector<std::shared_ptr<const StorePolicy>> stores_;
  KeyDirectory* keys_;
  sigv4::SecretLookup secrets_;
  const WallClock* clock_;
  const Clock* monotonic_;  ///< for rates
  sigv4::SigningKeyCache signing_keys_;
  ReplayList replays_;
  RateCaps store_quota_;
  RateCaps health_checks_;
  RateCaps cold_decrypts_;
  std::set<KeyId> refused_keys_;
};

extern template class RequestAuthoriser<FullRequestDefences>;

}  // namespace tercet::node
