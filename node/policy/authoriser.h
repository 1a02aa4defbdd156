#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/xks/api_types.h"
#include "core/xks/operation.h"
#include "mpc/wire/proxy_messages.h"
#include "node/generation/slot_shelf.h"
#include "node/policy/key_directory.h"
#include "node/policy/replay_list.h"
#include "node/session/service_options.h"

namespace tercet::node {

class ProxySessionFacts;

/// Who signed a request and what for: all of it verified by this node itself.
class VerifiedRequest {
 public:
  VerifiedRequest() = default;
  xks::Operation operation = xks::Operation::get_health_status;
  std::shared_ptr<const StorePolicy> store;  ///< null for the proxy's own health check
  std::optional<KeyId> key;                  ///< absent for GetHealthStatus
  SignatureId signature;
  std::int64_t valid_until = 0;  ///< last second of the signature's time window
  std::string access_key_id;
};

/// An Encrypt this node agrees to.
class EncryptOrder {
 public:
  EncryptOrder(VerifiedRequest verified, KeyEntry entry, SlotOrigin slot_origin, mpc::Slot burnt)
      : request(std::move(verified)),
        key(std::move(entry)),
        origin(std::move(slot_origin)),
        slot(std::move(burnt)) {}

  VerifiedRequest request;
  KeyEntry key;
  SlotOrigin origin;  ///< what the slot was made for
  mpc::Slot slot;     ///< the one that the request names, off its shelf for good
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
/// every operation the node verifies KMS's signature by itself and looks at its own key state.
/// RequestAuthoriser is the one there is; tests weaken its defences one by one.
/// Threads: the service's executor only.
class Authoriser {
 public:
  virtual ~Authoriser() = default;
  /// Others in the place of those known so far. Requests that run keep the store they began with.
  virtual void replace_stores(const std::vector<StorePolicy>& stores) = 0;

  /// What to answer to an Authenticate, in full.
  virtual mpc::wire::Answer answer(const mpc::wire::Authenticate& question) = 0;

  /// Whatever the checks say, the slot that the request names is burnt: a badly signed Encrypt must
  /// not be offered its keystream again (protocol.md 8). Has no other effect.
  virtual Result<EncryptOrder> order_encrypt(const mpc::wire::EncryptRequest& request,
                                             std::string_view proxy,
                                             SlotShelf& slots) = 0;
  /// Has no effect.
  virtual Result<DecryptOrder> order_decrypt(const mpc::wire::DecryptRequest& request,
                                             std::string_view proxy) = 0;
  /// Slots need no signature: key and store must exist and serve. The entry is of the version that
  /// was asked for. Errors: already_burnt (this node does not encrypt with that version any more,
  /// or not yet).
  virtual Result<KeyEntry> order_slots(const mpc::wire::MakeSlots& request) = 0;

  /// Checks and counts a signature in one step, across proxies; the first thing that burns. Returns
  /// the number of the use, 0 for the proxy's own health check. Errors: replayed, overloaded.
  virtual Result<unsigned> burn_signature(const VerifiedRequest& request) = 0;

  /// The id of a session that a proxy opens: nodes work together only where they find the same.
  virtual SessionId session_id(const ProxySessionFacts& facts) const = 0;

  /// Whether the proxy may use a lease of this owner (certificate names).
  virtual bool may_use_lease_of(std::string_view owner, std::string_view proxy) const = 0;

  /// A peer holds another component of this key: refused from now on, until a restart or refresh.
  /// False if it was refused before.
  virtual bool refuse_key(const KeyId& key) = 0;
};

}  // namespace tercet::node
