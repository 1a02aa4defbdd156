#include "tests/kms/keys.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/codec/uuid.h"
#include "tests/kms/grants.h"
#include "tests/kms/inner_layer.h"
#include "tests/kms/paging.h"
#include "tests/kms/policies.h"
#include "tests/kms/rules.h"
#include "tests/kms/stores.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kKeysListed = 100;
constexpr std::size_t kKeysListedMax = 1000;
constexpr std::int64_t kWindowLeast = 7;
constexpr std::int64_t kWindowMost = 30;
constexpr std::int64_t kWindowModelMost = 365;

const std::vector<std::string_view>& key_specs() {
  static const std::vector<std::string_view> values = {"RSA_2048",
                                                       "RSA_3072",
                                                       "RSA_4096",
                                                       "ECC_NIST_P256",
                                                       "ECC_NIST_P384",
                                                       "ECC_NIST_P521",
                                                       "ECC_SECG_P256K1",
                                                       "SYMMETRIC_DEFAULT",
                                                       "HMAC_224",
                                                       "HMAC_256",
                                                       "HMAC_384",
                                                       "HMAC_512",
                                                       "SM2",
                                                       "ML_DSA_44",
                                                       "ML_DSA_65",
                                                       "ML_DSA_87",
                                                       "ECC_NIST_EDWARDS25519"};
  return values;
}

Json metadata(const Front& front, const Key& key) {
  const std::string_view state = key_state(front, key);
  Json xks;
  xks["Id"] = key.xks_key_id;
  Json out{{"AWSAccountId", front.names.account()},
           {"KeyId", key.id},
           {"Arn", front.names.key_arn(key.id)},
           {"CreationDate", api_time(key.created_ms)},
           {"Enabled", state == "Enabled"},
           {"Description", key.description},
           {"KeyUsage", "ENCRYPT_DECRYPT"},
           {"KeyState", state},
           {"Origin", "EXTERNAL_KEY_STORE"},
           {"CustomKeyStoreId", key.store_id},
           {"KeyManager", "CUSTOMER"},
           {"CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"},
           {"KeySpec", "SYMMETRIC_DEFAULT"},
           {"EncryptionAlgorithms", Json::array({"SYMMETRIC_DEFAULT"})},
           {"MultiRegion", false},
           {"XksKeyConfiguration", std::move(xks)}};
  if (key.deletion_ms != 0) {
    out["DeletionDate"] = api_time(key.deletion_ms);
  }
  return out;
}

/// What CreateKey asks for, as far as it fits our kind of key.
class KeyRequest {
 public:
  KeyRequest() = default;
  std::string store_id;
  std::string xks_key_id;
  std::string description;
  std::string policy;
  std::map<std::string, std::string> tags;
  bool other_kind = false;  ///< asymmetric, HMAC, multi-Region, ...
};

Checked<KeyRequest> read_request(const Front& front, Call& call) {
  Input input(call.input);
  KeyRequest out;
  const std::string origin =
      input.choice("Origin", {"AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"})
          .value_or("AWS_KMS");
  const auto store_id = input.text("CustomKeyStoreId", rules::kStoreId);
  const auto xks_key_id = input.text("XksKeyId", rules::kXksKeyId);
  out.description = input.text("Description", rules::kDescription).value_or("");
  const auto policy = input.text("Policy", rules::kPolicy);
  const auto tags = read_tags(input);
  const auto spec = input.choice("KeySpec", key_specs());
  const auto old_spec = input.choice("CustomerMasterKeySpec", key_specs());
  const auto usage = input.choice(
      "KeyUsage", {"SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"});
  out.other_kind = input.flag("MultiRegion") || (spec && *spec != "SYMMETRIC_DEFAULT") ||
                   (old_spec && *old_spec != "SYMMETRIC_DEFAULT") ||
                   (usage && *usage != "ENCRYPT_DECRYPT");
  static_cast<void>(input.flag("BypassPolicyLockoutSafetyCheck"));
  TERCET_TRY_STATUS(input.done());
  if (origin != "EXTERNAL_KEY_STORE") {
    if (xks_key_id) {
      return Fault("ValidationException", "XksKeyId needs the Origin EXTERNAL_KEY_STORE.");
    }
    return Fault("UnsupportedOperationException",
                 "This KMS has keys of external key stores only: Origin EXTERNAL_KEY_STORE.");
  }
  if (!store_id || !xks_key_id) {
    return Fault("ValidationException",
                 "A key of an external key store needs CustomKeyStoreId and XksKeyId.");
  }
  out.store_id = *store_id;
  out.xks_key_id = *xks_key_id;
  call.xks_key_id = *xks_key_id;
  TERCET_TRY_STATUS(add_tags(tags, out.tags));
  out.policy = policy.value_or(default_policy(front.names));
  TERCET_TRY_STATUS(check_policy(out.policy));
  return out;
}

/// The store, if the key may be made in it now.
Checked<const Store*> check_request(const Front& front, Call& call, const KeyRequest& request) {
  TERCET_TRY(const Store* store, find_store(front, call, request.store_id));
  if (request.other_kind) {
    return Fault("UnsupportedOperationException",
                 "Keys of external key stores are SYMMETRIC_DEFAULT, for ENCRYPT_DECRYPT, in one "
                 "Region.");
  }
  if (store->connection != ConnectionState::connected) {
    return Fault("CustomKeyStoreInvalidStateException",
                 "The custom key store '" + store->id + "' is " +
                     std::string(connection_state_name(store->connection)) +
                     ": connect it before making keys in it.");
  }
  const auto& keys = front.state.keys();
  if (std::any_of(keys.begin(), keys.end(), [&](const auto& entry) {
        return entry.second.store_id == store->id && entry.second.xks_key_id == request.xks_key_id;
      })) {
    return Fault("XksKeyAlreadyInUseException",
                 "A KMS key of this custom key store uses the external key '" + request.xks_key_id +
                     "' already.");
  }
  return store;
}

Verdict check_external_key(const ExternalKey& key) {
  const auto bad = [](const std::string& what) {
    return Fault("XksKeyInvalidConfigurationException",
                 "The external key is not suitable: " + what);
  };
  if (key.spec != "AES_256") {
    return bad("its specification is " + key.spec.substr(0, 64) + ", not AES_256.");
  }
  if (key.status != "ENABLED") {
    return bad("its status is " + key.status + ", not ENABLED.");
  }
  std::string usages;
  for (const std::string& usage : key.usages) {
    usages += (usages.empty() ? "" : ", ") + usage.substr(0, 64);
  }
  for (const char* needed : {"ENCRYPT", "DECRYPT"}) {
    if (std::find(key.usages.begin(), key.usages.end(), needed) == key.usages.end()) {
      return bad("its usages are [" + usages + "], and ENCRYPT and DECRYPT are needed.");
    }
  }
  return fine();
}

Task<Checked<ExternalKey>> ask_metadata(Front& front, const Call& call, Store store) {
  ExternalKey found;
  XksCall asked("GetKeyMetadata", "/keys/" + call.xks_key_id + "/metadata", "CreateKey");
  Json about{{"awsPrincipalArn", call.caller.principal},
             {"kmsOperation", "CreateKey"},
             {"kmsRequestId", call.request_id}};
  if (!call.caller.source_vpc.empty()) {
    about["awsSourceVpc"] = call.caller.source_vpc;
  }
  if (!call.caller.source_vpce.empty()) {
    about["awsSourceVpce"] = call.caller.source_vpce;
  }
  asked.body["requestMetadata"] = std::move(about);
  asked.read = [&found](const Json& answer) {
    std::optional<ExternalKey> read = read_metadata_answer(answer);
    if (read) {
      found = *read;
    }
    return read.has_value();
  };
  const XksVerdict verdict = co_await front.xks.call(std::move(store), std::move(asked));
  if (verdict) {
    co_return create_key_fault(*verdict);
  }
  co_return found;
}

Answer set_enabled(Front& front, Call& call, bool enabled) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  Key changed = *key;
  changed.enabled = enabled;
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  return no_output();
}

}  // namespace

std::string_view key_state(const Front& front, const Key& key) {
  if (key.deletion_ms != 0) {
    return "PendingDeletion";
  }
  const Store* store = front.state.store(key.store_id);
  if (store == nullptr || store->connection != ConnectionState::connected) {
    return "Unavailable";
  }
  return key.enabled ? "Enabled" : "Disabled";
}

void note_key(const Front& front, Call& call, const Key& key) {
  call.key_arns.push_back(front.names.key_arn(key.id));
  call.store_id = key.store_id;
  call.xks_key_id = key.xks_key_id;
}

Checked<const Key*> find_plain_key(const Front& front, Call& call, const std::string& key_id) {
  TERCET_TRY(const Key* key, front.names.find_key_without_alias(front.state, key_id));
  note_key(front, call, *key);
  return key;
}

Checked<const Key*> find_named_key(const Front& front, Call& call, const std::string& key_id) {
  TERCET_TRY(const Key* key, front.names.find_key(front.state, key_id));
  note_key(front, call, *key);
  return key;
}

Verdict check_usable(const Front& front, const Key& key) {
  TERCET_TRY_STATUS(check_not_pending(front, key));
  const std::string_view state = key_state(front, key);
  if (state == "Unavailable") {
    return Fault("KMSInvalidStateException",
                 front.names.key_arn(key.id) + " is unavailable. Connect its custom key store '" +
                     key.store_id + "'.");
  }
  if (state == "Disabled") {
    return Fault("DisabledException", front.names.key_arn(key.id) + " is disabled.");
  }
  return fine();
}

Verdict check_not_pending(const Front& front, const Key& key) {
  if (key.deletion_ms != 0) {
    return Fault("KMSInvalidStateException", front.names.key_arn(key.id) + " is pending deletion.");
  }
  return fine();
}

Status delete_due_keys(Front& front) {
  std::vector<std::string> due;
  for (const auto& [id, key] : front.state.keys()) {
    if (key.deletion_ms != 0 && key.deletion_ms <= front.now_ms()) {
      due.push_back(id);
    }
  }
  for (const std::string& id : due) {
    TERCET_TRY_STATUS(front.state.erase_key(id));
  }
  return ok_status();
}

Task<Answer> create_key(Front& front, Call& call) {
  TERCET_CO_TRY(KeyRequest request, read_request(front, call));
  TERCET_CO_TRY(const Store* store, check_request(front, call, request));
  TERCET_CO_TRY(const ExternalKey external, co_await ask_metadata(front, call, *store));
  TERCET_CO_TRY_STATUS(check_external_key(external));
  const Checked<const Store*> again = check_request(front, call, request);  // after the wait
  if (!again) {
    co_return Fault(again.error());
  }
  Key key;
  key.id = make_uuid(front.random);
  key.sequence = front.state.next_sequence();
  key.store_id = std::move(request.store_id);
  key.xks_key_id = std::move(request.xks_key_id);
  key.description = std::move(request.description);
  key.created_ms = front.now_ms();
  const auto material = front.random.array<kMaterialBytes>();
  key.material = to_bytes(material);
  front.random.fill(key.material_id);
  key.inner_overhead_bytes = front.options.inner_overhead_bytes;
  key.policy = std::move(request.policy);
  key.tags = std::move(request.tags);
  TERCET_CO_TRY_STATUS(stored(front.state.put(key)));
  note_key(front, call, key);
  Json out;
  out["KeyMetadata"] = metadata(front, key);
  co_return out;
}

Answer describe_key(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  read_grant_tokens(input);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_named_key(front, call, key_id));
  TERCET_TRY_STATUS(check_granted(front, call, *key, "DescribeKey", {}));
  Json out;
  out["KeyMetadata"] = metadata(front, *key);
  return out;
}

Answer list_keys(Front& front, Call& call) {
  Input input(call.input);
  const Page page(input, "keys", kKeysListed, kKeysListedMax);
  TERCET_TRY_STATUS(input.done());
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [id, key] : front.state.keys()) {
    entries.emplace_back(position_of(key.sequence),
                         Json{{"KeyId", id}, {"KeyArn", front.names.key_arn(id)}});
  }
  return page.cut("Keys", std::move(entries));
}

Answer enable_key(Front& front, Call& call) {
  return set_enabled(front, call, true);
}

Answer disable_key(Front& front, Call& call) {
  return set_enabled(front, call, false);
}

Answer schedule_key_deletion(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const std::int64_t days =
      input.integer("PendingWindowInDays", 1, kWindowModelMost).value_or(kWindowMost);
  TERCET_TRY_STATUS(input.done());
  if (days < kWindowLeast || days > kWindowMost) {
    return Fault("ValidationException", "PendingWindowInDays is 7 to 30.");
  }
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  Key changed = *key;
  changed.pending_window_days = days;
  changed.deletion_ms =
      front.now_ms() + days * 1000 * static_cast<std::int64_t>(front.options.seconds_per_day);
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  return Json{{"KeyId", front.names.key_arn(changed.id)},
              {"DeletionDate", api_time(changed.deletion_ms)},
              {"KeyState", "PendingDeletion"},
              {"PendingWindowInDays", days}};
}

Answer cancel_key_deletion(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  if (key->deletion_ms == 0) {
    return Fault("KMSInvalidStateException",
                 front.names.key_arn(key->id) + " is not pending deletion.");
  }
  Key changed = *key;
  changed.deletion_ms = 0;
  changed.pending_window_days = 0;
  changed.enabled = false;
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  Json out;
  out["KeyId"] = front.names.key_arn(changed.id);
  return out;
}

Answer update_key_description(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  std::string description = input.required_text("Description", rules::kDescription);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  Key changed = *key;
  changed.description = std::move(description);
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  return no_output();
}

Answer get_key_last_usage(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  Json out{{"KeyId", front.names.key_arn(key->id)},
           {"TrackingStartDate", api_time(key->created_ms)},
           {"KeyCreationDate", api_time(key->created_ms)}};
  if (!key->last_usage.is_null()) {
    out["KeyLastUsage"] = key->last_usage;
  }
  return out;
}

}  // namespace tercet::kms
