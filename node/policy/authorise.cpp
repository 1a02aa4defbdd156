#include "node/policy/authorise.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/crypto/hash.h"
#include "core/xks/framing.h"
#include "core/xks/parse.h"

namespace tercet::node {

namespace {

constexpr double kStoreBurst = 2000;
constexpr double kHealthBurst = 10;
constexpr double kDecryptBurst = 500;

Error bad_ciphertext() {
  return Error(Errc::bad_ciphertext, "decrypt: sizes or metadata that this system never makes");
}

/// IV, tag and metadata of a Decrypt (XKS reference, section 9); fills the order.
Status read_sizes(const xks::DecryptRequest& body, DecryptOrder& order) {
  if (body.iv.size() == xks::kLongIvBytes) {
    return Error(Errc::unsupported, "decrypt: a 128-bit IV");
  }
  if (body.iv.size() != order.iv.size() || body.tag.size() != order.tag.size()) {
    return bad_ciphertext();
  }
  std::copy(body.iv.begin(), body.iv.end(), order.iv.begin());
  std::copy(body.tag.begin(), body.tag.end(), order.tag.begin());
  return ok_status();
}

}  // namespace

Authoriser::Authoriser(const NodeServiceOptions& options,
                       KeyDirectory& keys,
                       sigv4::SecretLookup secrets,
                       const WallClock& clock)
    : options_(&options),
      keys_(&keys),
      secrets_(std::move(secrets)),
      clock_(&clock),
      store_quota_(options.signed_requests_per_store_second, kStoreBurst),
      health_checks_(options.health_checks_per_proxy_second, kHealthBurst),
      cold_decrypts_(options.cold_decrypts_per_key_second, kDecryptBurst) {}

const StorePolicy* Authoriser::store_of(std::string_view target, xks::Target& parsed) const {
  for (const StorePolicy& store : options_->stores) {
    if (std::optional<xks::Target> found = xks::parse_target(target, store.uri_path)) {
      parsed = std::move(*found);
      return &store;
    }
  }
  return nullptr;
}

Result<VerifiedRequest> Authoriser::verify(const mpc::wire::ProxiedRequest& request) {
  xks::Target target;
  const StorePolicy* store = store_of(request.target, target);
  if (store == nullptr || request.method != "POST") {
    return Error(Errc::denied, "verify: no such path or method in this cluster's stores");
  }
  sigv4::RequestView view;
  view.method = request.method;
  view.target = request.target;
  view.headers = request.headers;
  sigv4::VerifyOptions options;
  options.regions = store->regions;
  options.now_seconds = clock_->now_seconds();
  // The credential must be of the store that the path names.
  const sigv4::SecretLookup of_store =
      [&](std::string_view id) -> std::shared_ptr<const SecretBytes> {
    const auto& ids = store->access_key_ids;
    return std::find(ids.begin(), ids.end(), id) == ids.end() ? nullptr : secrets_(id);
  };
  // Never the proxy's word where the body itself is here.
  const sigv4::BodyHash hash = request.body ? sha256(*request.body) : request.body_sha256;
  TERCET_TRY(const sigv4::VerifiedCaller caller,
             sigv4::verify(view, hash, of_store, options, &signing_keys_));
  VerifiedRequest verified;
  verified.operation = target.operation;
  verified.store = store;
  if (target.operation != xks::Operation::get_health_status) {
    verified.key = target.key;
  }
  verified.signature = SignatureId(caller.signature);
  verified.valid_until = caller.signed_at_seconds + options.window_seconds;
  verified.access_key_id = caller.access_key_id;
  return verified;
}

Result<VerifiedRequest> Authoriser::verify_or_health_check(const mpc::wire::ProxiedRequest& request,
                                                           xks::Operation wanted,
                                                           std::string_view proxy) {
  if (!request.is_health_check()) {
    TERCET_TRY(VerifiedRequest verified, verify(request));
    if (verified.operation != wanted) {
      return Error(Errc::denied, "verify: KMS signed another operation");
    }
    return verified;
  }
  if (!options_->has_health_key) {
    return Error(Errc::not_found, "health check: the cluster has no health key")
        .hint("make one, and name it in the cluster file");
  }
  if (!health_checks_.take(std::string(proxy), 1, std::chrono::steady_clock::now())) {
    return Error(Errc::overloaded, "health check: more often than a proxy may");
  }
  VerifiedRequest check;
  check.operation = wanted;
  check.key = options_->health_key;
  return check;
}

Result<KeyEntry> Authoriser::find_key(const VerifiedRequest& request) const {
  std::optional<KeyEntry> entry = keys_->find(*request.key);
  const std::string_view store =
      request.store == nullptr ? std::string_view() : request.store->name;
  if (!entry || entry->store != store) {
    return Error(Errc::not_found, "no such key in the store");
  }
  return std::move(*entry);
}

Status Authoriser::take_quota(const VerifiedRequest& request) {
  if (request.store != nullptr &&
      !store_quota_.take(request.store->name, 1, std::chrono::steady_clock::now())) {
    return Error(Errc::overloaded, "the store's quota is used up");
  }
  return ok_status();
}

Status Authoriser::check_serves(const KeyEntry& key) const {
  if (!key.facts.enabled) {
    return Error(Errc::wrong_state, "the key is disabled");
  }
  if (!key.material || refused_keys_.contains(key.id)) {
    return Error(Errc::internal, "the key's shares are missing or refused at this node")
        .hint("see the alarm for the key: shares damaged, or different at a peer");
  }
  return ok_status();
}

mpc::wire::Answer Authoriser::answer(const mpc::wire::Authenticate& question) {
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
  const Result<KeyEntry> key = find_key(*verified);
  if (!key) {
    answer.error = key.error().code();
    return answer;
  }
  answer.facts = key->facts;
  Status allowed = take_quota(*verified);
  if (allowed.ok() && verified->operation != xks::Operation::get_key_metadata) {
    allowed = check_serves(*key);
    const bool encrypts = verified->operation == xks::Operation::encrypt;
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

Result<EncryptOrder> Authoriser::order_encrypt(const mpc::wire::EncryptRequest& request,
                                               std::string_view proxy) {
  EncryptOrder order;
  TERCET_TRY(order.request,
             verify_or_health_check(request.request, xks::Operation::encrypt, proxy));
  TERCET_TRY(order.key, find_key(order.request));
  TERCET_TRY_STATUS(take_quota(order.request));
  TERCET_TRY_STATUS(check_serves(order.key));
  if (!order.key.facts.may_encrypt ||
      (request.wants_integrity_value && !order.key.facts.may_decrypt)) {
    return Error(Errc::wrong_usage, "encrypt: the key does not allow it");
  }
  return order;
}

Result<DecryptOrder> Authoriser::order_decrypt(const mpc::wire::DecryptRequest& request,
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
  TERCET_TRY_STATUS(check_serves(order.key));
  if (!order.key.facts.may_decrypt) {
    return Error(Errc::wrong_usage, "decrypt: the key does not allow it");
  }
  if (order.key.facts.framing == mpc::wire::AadFraming::framed) {
    TERCET_TRY(order.framed_aad, xks::gcm_aad(body.aad, body.ciphertext_metadata));
  } else {
    order.framed_aad = body.aad;
  }
  TERCET_TRY_STATUS(mpc::check_lengths(order.framed_aad.size(), body.ciphertext.size()));
  TERCET_TRY_STATUS(read_sizes(body, order));
  if (order.key.facts.framing == mpc::wire::AadFraming::framed) {
    const std::optional<KeyVersion> version = xks::parse_version_metadata(body.ciphertext_metadata);
    std::optional<KeyEntry> entry = version ? keys_->find(order.key.id, *version) : std::nullopt;
    if (!entry) {
      return bad_ciphertext();
    }
    order.key = std::move(*entry);
    TERCET_TRY_STATUS(check_serves(order.key));
  } else if (!body.ciphertext_metadata.empty()) {
    return bad_ciphertext();  // a raw key never made metadata
  }
  if (!request.remembered &&
      !cold_decrypts_.take(order.key.id.text(), 1, std::chrono::steady_clock::now())) {
    return Error(Errc::overloaded, "decrypt: more cold ones a second than the key may have");
  }
  order.ciphertext = std::move(body.ciphertext);
  order.metadata = std::move(body.metadata);
  return order;
}

Result<KeyEntry> Authoriser::order_slots(const mpc::wire::MakeSlots& request) {
  VerifiedRequest wanted;
  wanted.key = request.key;
  if (request.store.empty()) {
    if (!options_->has_health_key || request.key != options_->health_key) {
      return Error(Errc::not_found, "slots: only the health key is in no store");
    }
  } else {
    for (const StorePolicy& store : options_->stores) {
      if (store.uri_path == request.store) {
        wanted.store = &store;
      }
    }
    if (wanted.store == nullptr) {
      return Error(Errc::not_found, "slots: no such store");
    }
  }
  TERCET_TRY(KeyEntry key, find_key(wanted));
  TERCET_TRY_STATUS(check_serves(key));
  if (!key.facts.may_encrypt) {
    return Error(Errc::wrong_usage, "slots: the key does not encrypt");
  }
  return key;
}

Result<unsigned> Authoriser::burn_signature(const VerifiedRequest& request) {
  if (request.store == nullptr) {
    return 0U;
  }
  return replays_.use(request.signature, request.valid_until, clock_->now_seconds());
}

bool Authoriser::refuse_key(const KeyId& key) {
  return refused_keys_.insert(key).second;
}

}  // namespace tercet::node
