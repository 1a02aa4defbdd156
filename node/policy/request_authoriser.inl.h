#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/crypto/hash.h"
#include "core/xks/framing.h"
#include "core/xks/parse.h"
#include "mpc/gcm/limits.h"
#include "node/policy/request_authoriser.h"
#include "node/session/proxy_sid.h"

namespace tercet::node {

namespace detail {

inline constexpr double kStoreBurst = 2000;
inline constexpr double kHealthBurst = 10;
inline constexpr double kDecryptBurst = 500;

/// For sizes or metadata that this system never makes.
Error bad_ciphertext();
/// IV, tag and metadata of a Decrypt (XKS reference, section 9); fills the order.
Status read_sizes(const xks::DecryptRequest& body, DecryptOrder& order);

}  // namespace detail

template <class D>
RequestAuthoriser<D>::RequestAuthoriser(const NodeServiceOptions& options,
                                        KeyDirectory& keys,
                                        sigv4::SecretLookup secrets,
                                        const WallClock& clock,
                                        const Clock& monotonic)
    : options_(options),
      keys_(&keys),
      secrets_(std::move(secrets)),
      clock_(&clock),
      monotonic_(&monotonic),
      store_quota_(options.signed_requests_per_store_second, detail::kStoreBurst),
      health_checks_(options.health_checks_per_proxy_second, detail::kHealthBurst),
      cold_decrypts_(options.cold_decrypts_per_key_second, detail::kDecryptBurst) {
  replace_stores(options.stores);
}

template <class D>
void RequestAuthoriser<D>::replace_stores(const std::vector<StorePolicy>& stores) {
  stores_.clear();
  for (const StorePolicy& store : stores) {
    stores_.push_back(std::make_shared<const StorePolicy>(store));
  }
}

template <class D>
std::shared_ptr<const StorePolicy> RequestAuthoriser<D>::store_of(std::string_view target,
                                                                  xks::Target& parsed) const {
  for (const std::shared_ptr<const StorePolicy>& store : stores_) {
    if (std::optional<xks::Target> found = xks::parse_target(target, store->uri_path)) {
      parsed = std::move(*found);
      return store;
    }
  }
  return nullptr;
}

template <class D>
Result<sigv4::VerifiedCaller> RequestAuthoriser<D>::caller_of(
    const mpc::wire::ProxiedRequest& request, const StorePolicy& store) {
  if constexpr (!D::verify_signature) {
    sigv4::VerifiedCaller whoever_the_proxy_says;
    whoever_the_proxy_says.signed_at_seconds = clock_->now_seconds();
    return whoever_the_proxy_says;
  }
  sigv4::RequestView view;
  view.method = request.method;
  view.target = request.target;
  view.headers = request.headers;
  sigv4::VerifyOptions options;
  options.regions = store.regions;
  options.now_seconds = clock_->now_seconds();
  options.window_seconds = D::window_seconds;
  // The credential must be of the store that the path names.
  const sigv4::SecretLookup of_store =
      [&](std::string_view id) -> std::shared_ptr<const SecretBytes> {
    const auto& ids = store.access_key_ids;
    return std::find(ids.begin(), ids.end(), id) == ids.end() ? nullptr : secrets_(id);
  };
  // Never the proxy's word where the body itself is here.
  const bool hash_here = D::hash_body && request.body.has_value();
  const sigv4::BodyHash hash = hash_here ? sha256(*request.body) : request.body_sha256;
  return sigv4::verify(view, hash, of_store, options, &signing_keys_);
}

template <class D>
Result<VerifiedRequest> RequestAuthoriser<D>::verify(const mpc::wire::ProxiedRequest& request) {
  xks::Target target;
  const std::shared_ptr<const StorePolicy> store = store_of(request.target, target);
  if (store == nullptr || request.method != "POST") {
    return Error(Errc::denied, "verify: no such path or method in this cluster's stores");
  }
  TERCET_TRY(const sigv4::VerifiedCaller caller, caller_of(request, *store));
  VerifiedRequest verified;
  verified.operation = target.operation;
  verified.store = store;
  if (target.operation != xks::Operation::get_health_status) {
    verified.key = target.key;
  }
  verified.signature = SignatureId(caller.signature);
  verified.valid_until = caller.signed_at_seconds + D::window_seconds;
  verified.access_key_id = caller.access_key_id;
  return verified;
}

template <class D>
Result<VerifiedRequest> RequestAuthoriser<D>::verify_or_health_check(
    const mpc::wire::ProxiedRequest& request, xks::Operation wanted, std::string_view proxy) {
  if (!request.is_health_check()) {
    TERCET_TRY(VerifiedRequest verified, verify(request));
    if (D::compare_operation && verified.operation != wanted) {
      return Error(Errc::denied, "verify: KMS signed another operation");
    }
    return verified;
  }
  if (!options_.has_health_key) {
    return Error(Errc::not_found, "health check: the cluster has no health key")
        .hint("make one, and name it in the cluster file");
  }
  if (!health_checks_.take(std::string(proxy), 1, monotonic_->now())) {
    return Error(Errc::overloaded, "health check: more often than a proxy may");
  }
  VerifiedRequest check;
  check.operation = wanted;
  check.key = options_.health_key;
  return check;
}

template <class D>
Result<KeyEntry> RequestAuthoriser<D>::find_key(const VerifiedRequest& request) const {
  std::optional<KeyEntry> entry = keys_->find(*request.key);
  const std::string_view store =
      request.store == nullptr ? std::string_view() : request.store->name;
  if (!entry || (D::compare_store && entry->store != store)) {
    return Error(Errc::not_found, "no such key in the store");
  }
  return std::move(*entry);
}

template <class D>
Status RequestAuthoriser<D>::take_quota(const VerifiedRequest& request) {
  if (request.store != nullptr && !store_quota_.take(request.store->name, 1, monotonic_->now())) {
    return Error(Errc::overloaded, "the store's quota is used up");
  }
  return ok_status();
}

template <class D>
Status RequestAuthoriser<D>::check_enabled(const KeyEntry& key) const {
  if (!key.facts.enabled) {
    return Error(Errc::wrong_state, "the key is disabled");
  }
  if (refused_keys_.contains(key.id)) {
    return Error(Errc::internal, "the key is refused at this node")
        .hint("see the alarm for the key: its shares are different at a peer");
  }
  return ok_status();
}

template <class D>
Status RequestAuthoriser<D>::check_usable(KeyEntry& version) {
  if (const Status opened = keys_->open(version); !opened) {
    return Error(Errc::internal, "the key version's shares are missing at this node")
        .hint("see the alarm for the key: shares damaged")
        .caused_by(opened.error());
  }
  return ok_status();
}

template <class D>
Status RequestAuthoriser<D>::check_can_encrypt(const KeyEntry& newest) {
  KeyEntry version = newest;
  Status usable = check_usable(version);
  if (!usable && newest.also_encrypts) {
    if (std::optional<KeyEntry> before = keys_->find(newest.id, *newest.also_encrypts)) {
      return check_usable(*before);
    }
  }
  return usable;
}

template <class D>
mpc::wire::Answer RequestAuthoriser<D>::answer(const mpc::wire::Authenticate& question) {
  mpc::wire::Answer answer;
  answer.ticket = question.ticket;
  const Result<VerifiedRequest> verified = verify(question.request);
  if (!verified) {
    answer.error = verified.error().code();
    return answer;
  }
  if (question.form_error || verified->operation == xks::Operation::get_health_status) {
    return answer;
  }
  Result<KeyEntry> key = find_key(*verified);
  if (!key) {
    answer.error = key.error().code();
    return answer;
  }
  answer.facts = key->facts;
  Status allowed = take_quota(*verified);
  if (allowed.ok() && verified->operation != xks::Operation::get_key_metadata) {
    allowed = check_enabled(*key);
    const bool encrypts = verified->operation == xks::Operation::encrypt;
    if (allowed.ok() && encrypts) {
      allowed = check_can_encrypt(*key);  // which version decrypts, the body says
    }
    const bool usage_ok = encrypts ? key->facts.may_encrypt : key->facts.may_decrypt;
    const bool vouches = encrypts && question.wants_integrity_value;
    if (allowed.ok() && (!usage_ok || (vouches && !key->facts.may_decrypt))) {
      allowed = Error(Errc::wrong_usage, "the key does not allow the operation");
    }
  }
  if (!allowed.ok()) {
    answer.error = allowed.error().code();
  }
  return answer;
}

template <class D>
Result<std::pair<VerifiedRequest, KeyEntry>> RequestAuthoriser<D>::check_encrypt(
    const mpc::wire::EncryptRequest& request, std::string_view proxy) {
  TERCET_TRY(VerifiedRequest verified,
             verify_or_health_check(request.request, xks::Operation::encrypt, proxy));
  TERCET_TRY(KeyEntry key, find_key(verified));
  TERCET_TRY_STATUS(take_quota(verified));
  TERCET_TRY_STATUS(check_enabled(key));  // the slot's version is looked at with its session
  if (!key.facts.may_encrypt || (request.wants_integrity_value && !key.facts.may_decrypt)) {
    return Error(Errc::wrong_usage, "encrypt: the key does not allow it");
  }
  return std::pair(std::move(verified), std::move(key));
}

template <class D>
Result<EncryptOrder> RequestAuthoriser<D>::order_encrypt(const mpc::wire::EncryptRequest& request,
                                                         std::string_view proxy,
                                                         SlotShelf& slots) {
  if constexpr (!D::burn_named_slot) {
    if (const auto allowed = check_encrypt(request, proxy); !allowed) {
      return allowed.error();
    }
  }
  TERCET_TRY(SlotOrigin origin, slots.look(request.slot_session, request.slot_number));
  TERCET_TRY(mpc::Slot slot, slots.burn(request.slot_session, request.slot_number));
  TERCET_TRY(auto allowed, check_encrypt(request, proxy));
  return EncryptOrder(
      std::move(allowed.first), std::move(allowed.second), std::move(origin), std::move(slot));
}

template <class D>
Result<DecryptOrder> RequestAuthoriser<D>::order_decrypt(const mpc::wire::DecryptRequest& request,
                                                         std::string_view proxy) {
  DecryptOrder order;
  TERCET_TRY(order.request,
             verify_or_health_check(request.request, xks::Operation::decrypt, proxy));
  if (!request.request.body) {
    return Error(Errc::invalid_argument, "decrypt: the signed body is missing");
  }
  TERCET_TRY(xks::DecryptRequest body, xks::parse_decrypt(*request.request.body));
  TERCET_TRY(order.key, find_key(order.request));
  TERCET_TRY_STATUS(take_quota(order.request));
  TERCET_TRY_STATUS(check_enabled(order.key));
  if (!order.key.facts.may_decrypt) {
    return Error(Errc::wrong_usage, "decrypt: the key does not allow it");
  }
  if (order.key.facts.framing == mpc::wire::AadFraming::framed) {
    TERCET_TRY(order.framed_aad, xks::gcm_aad(body.aad, body.ciphertext_metadata));
  } else {
    order.framed_aad = body.aad;
  }
  TERCET_TRY_STATUS(mpc::check_lengths(order.framed_aad.size(), body.ciphertext.size()));
  TERCET_TRY_STATUS(detail::read_sizes(body, order));
  if (order.key.facts.framing == mpc::wire::AadFraming::framed) {
    const std::optional<KeyVersion> version = xks::parse_version_metadata(body.ciphertext_metadata);
    std::optional<KeyEntry> entry = version ? keys_->find(order.key.id, *version) : std::nullopt;
    if (!entry) {
      return detail::bad_ciphertext();
    }
    order.key = std::move(*entry);
  } else if (!body.ciphertext_metadata.empty()) {
    return detail::bad_ciphertext();  // a raw key never made metadata
  }
  TERCET_TRY_STATUS(check_usable(order.key));
  if (!request.remembered && !cold_decrypts_.take(order.key.id.text(), 1, monotonic_->now())) {
    return Error(Errc::overloaded, "decrypt: more cold ones a second than the key may have");
  }
  order.ciphertext = std::move(body.ciphertext);
  order.metadata = std::move(body.metadata);
  return order;
}

template <class D>
Result<KeyEntry> RequestAuthoriser<D>::order_slots(const mpc::wire::MakeSlots& request) {
  VerifiedRequest wanted;
  wanted.key = request.key;
  if (request.store.empty()) {
    if (!options_.has_health_key || request.key != options_.health_key) {
      return Error(Errc::not_found, "slots: only the health key is in no store");
    }
  } else {
    for (const std::shared_ptr<const StorePolicy>& store : stores_) {
      if (store->uri_path == request.store) {
        wanted.store = store;
      }
    }
    if (wanted.store == nullptr) {
      return Error(Errc::not_found, "slots: no such store");
    }
  }
  TERCET_TRY(KeyEntry key, find_key(wanted));
  TERCET_TRY_STATUS(check_enabled(key));
  if (!key.facts.may_encrypt) {
    return Error(Errc::wrong_usage, "slots: the key does not encrypt");
  }
  const KeyVersion lowest = key.also_encrypts.value_or(key.version);
  const KeyVersion chosen = request.version == KeyVersion() ? lowest : request.version;
  if (chosen == key.version) {
    TERCET_TRY_STATUS(check_usable(key));
    return key;
  }
  std::optional<KeyEntry> before = keys_->find(key.id, chosen);
  if (chosen != lowest || !before) {
    return Error(Errc::already_burnt, "slots: the key encrypts with another version here");
  }
  TERCET_TRY_STATUS(check_usable(*before));
  return std::move(*before);
}

template <class D>
Result<unsigned> RequestAuthoriser<D>::burn_signature(const VerifiedRequest& request) {
  if (request.store == nullptr) {
    return 0U;
  }
  if constexpr (!D::count_uses) {
    return 1U;
  }
  return replays_.use(request.signature, request.valid_until, clock_->now_seconds());
}

template <class D>
SessionId RequestAuthoriser<D>::session_id(const ProxySessionFacts& facts) const {
  if constexpr (!D::framing_in_sid) {
    ProxySessionFacts without = facts;
    without.key.facts.framing = mpc::wire::AadFraming::framed;
    return proxy_session_id(without);
  }
  return proxy_session_id(facts);
}

template <class D>
bool RequestAuthoriser<D>::may_use_lease_of(std::string_view owner, std::string_view proxy) const {
  return !D::own_lease || owner == proxy;
}

template <class D>
bool RequestAuthoriser<D>::refuse_key(const KeyId& key) {
  return refused_keys_.insert(key).second;
}

}  // namespace tercet::node
