#include "tests/kms/stores.h"

#include <algorithm>
#include <utility>

#include "tests/kms/paging.h"
#include "tests/kms/rules.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kStoresMax = 10;
constexpr std::size_t kDescribedUsually = 50;
constexpr std::size_t kDescribedMost = 1000;

/// What a request says about a store's proxy; absent members are to stay.
class ProxySettings {
 public:
  ProxySettings() = default;
  std::optional<std::string> connectivity;
  std::optional<std::string> endpoint;
  std::optional<std::string> uri_path;
  std::optional<std::string> access_key_id;
  std::optional<std::string> secret;
  std::optional<std::string> vpc_service;
  std::optional<std::string> vpc_owner;
};

ProxySettings read_settings(Input& input, bool strict) {
  ProxySettings out;
  out.connectivity =
      input.choice("XksProxyConnectivity", {"PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"});
  out.endpoint =
      input.text("XksProxyUriEndpoint", strict ? rules::kEndpoint : rules::kLocalEndpoint);
  out.uri_path = input.text("XksProxyUriPath", rules::kUriPath);
  if (std::optional<Input> credential = input.nested("XksProxyAuthenticationCredential")) {
    out.access_key_id = credential->required_text("AccessKeyId", rules::kAccessKeyId);
    out.secret = credential->required_text("RawSecretAccessKey", rules::kSecret);
  }
  out.vpc_service = input.text("XksProxyVpcEndpointServiceName", rules::kVpcService);
  out.vpc_owner = input.text("XksProxyVpcEndpointServiceOwner", rules::kVpcOwner);
  return out;
}

void apply(const ProxySettings& settings, std::int64_t now_ms, Store& store) {
  store.connectivity = settings.connectivity.value_or(store.connectivity);
  store.endpoint = settings.endpoint.value_or(store.endpoint);
  store.uri_path = settings.uri_path.value_or(store.uri_path);
  store.vpc_service = settings.vpc_service.value_or(store.vpc_service);
  store.vpc_owner = settings.vpc_owner.value_or(store.vpc_owner);
  if (settings.access_key_id) {
    store.access_key_id = *settings.access_key_id;
    store.secret = *settings.secret;
    store.credential_ms = now_ms;
  }
  if (!store.is_vpc()) {
    store.vpc_service.clear();
    store.vpc_owner.clear();
  }
}

Verdict check_members(const Input& input, const ProxySettings& settings) {
  for (const char* member : {"CloudHsmClusterId", "TrustAnchorCertificate", "KeyStorePassword"}) {
    if (input.has(member)) {
      return Fault("ValidationException", std::string(member) + " is not for external key stores.");
    }
  }
  if (!settings.connectivity || !settings.endpoint || !settings.uri_path ||
      !settings.access_key_id) {
    return Fault("ValidationException",
                 "An external key store needs XksProxyConnectivity, XksProxyUriEndpoint, "
                 "XksProxyUriPath and XksProxyAuthenticationCredential.");
  }
  return fine();
}

Verdict check_vpc(const ProxySettings& settings, bool vpc, bool has_service) {
  if (vpc && !has_service) {
    return Fault("ValidationException",
                 "VPC_ENDPOINT_SERVICE needs XksProxyVpcEndpointServiceName.");
  }
  if (!vpc && (settings.vpc_service || settings.vpc_owner)) {
    return Fault("ValidationException",
                 "XksProxyVpcEndpointServiceName and -Owner are for VPC_ENDPOINT_SERVICE only.");
  }
  return fine();
}

/// Checks 4 to 7 against all other stores.
Verdict check_unique(const State& state, const Store& store) {
  const auto another = [&](auto clashes) {
    return std::any_of(state.stores().begin(), state.stores().end(), [&](const auto& entry) {
      return entry.first != store.id && clashes(entry.second);
    });
  };
  if (another([&](const Store& other) { return other.name == store.name; })) {
    return Fault("CustomKeyStoreNameInUseException",
                 "Another custom key store has the name '" + store.name + "'.");
  }
  if (another([&](const Store& other) {
        return other.endpoint == store.endpoint && other.uri_path == store.uri_path;
      })) {
    return Fault("XksProxyUriInUseException",
                 "Another custom key store has this endpoint with this path.");
  }
  if (another([&](const Store& other) {
        return other.endpoint == store.endpoint && (other.is_vpc() || store.is_vpc());
      })) {
    return Fault("XksProxyUriEndpointInUseException",
                 "A custom key store of another connectivity, or another one with a VPC endpoint "
                 "service, has this endpoint.");
  }
  if (store.is_vpc() &&
      another([&](const Store& other) { return other.vpc_service == store.vpc_service; })) {
    return Fault("XksProxyVpcEndpointServiceInUseException",
                 "Another custom key store has this VPC endpoint service.");
  }
  return fine();
}

Verdict check_new(const State& state, const Store& store) {
  TERCET_TRY_STATUS(check_unique(state, store));
  if (state.stores().size() >= kStoresMax) {
    return Fault("LimitExceededException", "There are ten custom key stores already.");
  }
  return fine();
}

Fault wrong_state(const Store& store, const std::string& what) {
  return Fault("CustomKeyStoreInvalidStateException",
               "The custom key store '" + store.id + "' is " +
                   std::string(connection_state_name(store.connection)) + ": " + what);
}

Json described(const Store& store) {
  Json proxy{{"Connectivity", store.connectivity},
             {"AccessKeyId", store.access_key_id},
             {"UriEndpoint", store.endpoint},
             {"UriPath", store.uri_path}};
  if (store.is_vpc()) {
    proxy["VpcEndpointServiceName"] = store.vpc_service;
    if (!store.vpc_owner.empty()) {
      proxy["VpcEndpointServiceOwner"] = store.vpc_owner;
    }
  }
  Json out{{"CustomKeyStoreId", store.id},
           {"CustomKeyStoreName", store.name},
           {"ConnectionState", connection_state_name(store.connection)},
           {"CreationDate", api_time(store.created_ms)},
           {"CustomKeyStoreType", "EXTERNAL_KEY_STORE"},
           {"XksProxyConfiguration", std::move(proxy)}};
  if (store.connection == ConnectionState::failed) {
    out["ConnectionErrorCode"] = store.connection_error;
  }
  return out;
}

Checked<Store> requested_store(const Front& front, const Call& call) {
  Input input(call.input);
  Store store;
  store.name = input.required_text("CustomKeyStoreName", rules::kStoreName);
  const std::optional<std::string> type =
      input.choice("CustomKeyStoreType", {"AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"});
  const ProxySettings settings = read_settings(input, front.options.strict);
  TERCET_TRY_STATUS(input.done());
  if (type.value_or("AWS_CLOUDHSM") != "EXTERNAL_KEY_STORE") {
    return Fault("UnsupportedOperationException",
                 "This KMS has external key stores only, and without CustomKeyStoreType the type "
                 "is AWS_CLOUDHSM. Say EXTERNAL_KEY_STORE.");
  }
  TERCET_TRY_STATUS(check_members(input, settings));
  const bool vpc = *settings.connectivity == "VPC_ENDPOINT_SERVICE";
  TERCET_TRY_STATUS(check_vpc(settings, vpc, settings.vpc_service.has_value()));
  apply(settings, front.now_ms(), store);
  store.created_ms = front.now_ms();
  return store;
}

/// Which changes the state of the store allows.
Verdict check_changes(const Store& store, const ProxySettings& settings) {
  if (store.connection == ConnectionState::connecting ||
      store.connection == ConnectionState::failed) {
    return wrong_state(store, "it cannot be changed now. Disconnect it first.");
  }
  const bool needs_disconnected =
      settings.connectivity || settings.endpoint || settings.vpc_service || settings.vpc_owner;
  if (needs_disconnected && store.connection != ConnectionState::disconnected) {
    return wrong_state(store,
                       "connectivity, endpoint and VPC endpoint service can be changed only when "
                       "it is DISCONNECTED.");
  }
  if (settings.connectivity && *settings.connectivity != store.connectivity && !settings.endpoint) {
    return Fault("ValidationException", "Changing XksProxyConnectivity needs XksProxyUriEndpoint.");
  }
  const bool vpc = settings.connectivity.value_or(store.connectivity) == "VPC_ENDPOINT_SERVICE";
  return check_vpc(settings, vpc, settings.vpc_service || !store.vpc_service.empty());
}

class Update {
 public:
  Update() = default;
  std::string id;
  std::optional<std::string> name;
  ProxySettings settings;
  bool proxy_changes = false;
};

Checked<Update> requested_update(const Front& front, const Call& call) {
  Input input(call.input);
  Update update;
  update.id = input.required_text("CustomKeyStoreId", rules::kStoreId);
  update.name = input.text("NewCustomKeyStoreName", rules::kStoreName);
  update.settings = read_settings(input, front.options.strict);
  TERCET_TRY_STATUS(input.done());
  if (input.has("KeyStorePassword") || input.has("CloudHsmClusterId")) {
    return Fault("ValidationException",
                 "KeyStorePassword and CloudHsmClusterId are not for external key stores.");
  }
  const ProxySettings& settings = update.settings;
  update.proxy_changes = settings.connectivity || settings.endpoint || settings.uri_path ||
                         settings.access_key_id || settings.vpc_service || settings.vpc_owner;
  return update;
}

/// The store as it would be, if the update is allowed now.
Checked<Store> updated_store(const Front& front, Call& call, const Update& update) {
  TERCET_TRY(const Store* store, find_store(front, call, update.id));
  TERCET_TRY_STATUS(check_changes(*store, update.settings));
  Store changed = *store;
  changed.name = update.name.value_or(changed.name);
  apply(update.settings, front.now_ms(), changed);
  TERCET_TRY_STATUS(check_unique(front.state, changed));
  return changed;
}

/// For operations that take CustomKeyStoreId and nothing else.
Checked<const Store*> named_store(const Front& front, Call& call) {
  Input input(call.input);
  const std::string id = input.required_text("CustomKeyStoreId", rules::kStoreId);
  TERCET_TRY_STATUS(input.done());
  return find_store(front, call, id);
}

}  // namespace

Checked<const Store*> find_store(const Front& front, Call& call, const std::string& id) {
  const Store* store = front.state.store(id);
  call.store_id = id;
  if (store == nullptr) {
    return Fault("CustomKeyStoreNotFoundException",
                 "There is no custom key store with the id '" + id + "'.");
  }
  call.store_name = store->name;
  return store;
}

Task<Answer> create_custom_key_store(Front& front, Call& call) {
  TERCET_CO_TRY(Store store, requested_store(front, call));
  call.store_name = store.name;
  TERCET_CO_TRY_STATUS(check_new(front.state, store));
  if (!store.is_vpc()) {
    const XksVerdict verdict =
        co_await probe(front, store, "CreateCustomKeyStore", call.request_id);
    if (verdict) {
      co_return store_fault(*verdict);
    }
    TERCET_CO_TRY_STATUS(check_new(front.state, store));  // another one may have come meanwhile
  }
  store.id = "cks-" + to_hex(front.random.array<9>()).substr(0, 17);
  store.sequence = front.state.next_sequence();
  TERCET_CO_TRY_STATUS(stored(front.state.put(store)));
  call.store_id = store.id;
  Json out;
  out["CustomKeyStoreId"] = store.id;
  co_return out;
}

Task<Answer> update_custom_key_store(Front& front, Call& call) {
  TERCET_CO_TRY(const Update update, requested_update(front, call));
  TERCET_CO_TRY(Store changed, updated_store(front, call, update));
  if (update.proxy_changes) {
    const XksVerdict verdict =
        co_await probe(front, changed, "UpdateCustomKeyStore", call.request_id);
    if (verdict) {
      co_return store_fault(*verdict);
    }
    // The store may have changed meanwhile: the update is applied to what it is now.
    Checked<Store> again = updated_store(front, call, update);
    if (!again) {
      co_return std::move(again).error();
    }
    changed = std::move(again).value();
  }
  TERCET_CO_TRY_STATUS(stored(front.state.put(changed)));
  co_return Json::object();
}

Answer connect_custom_key_store(Front& front, Call& call) {
  TERCET_TRY(const Store* store, named_store(front, call));
  if (store->connection == ConnectionState::failed) {
    return wrong_state(*store, "disconnect it before connecting it again.");
  }
  if (store->connection == ConnectionState::disconnected) {
    Store changed = *store;
    changed.connection = ConnectionState::connecting;
    TERCET_TRY_STATUS(stored(front.state.put(changed)));
    front.connector->connect(changed.id, call.request_id);
  }
  return Json::object();
}

Answer disconnect_custom_key_store(Front& front, Call& call) {
  TERCET_TRY(const Store* store, named_store(front, call));
  if (store->connection == ConnectionState::disconnected) {
    return wrong_state(*store, "it is disconnected already.");
  }
  Store changed = *store;
  changed.connection = ConnectionState::disconnected;
  changed.connection_error.clear();
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  front.connector->cancel(changed.id);
  return Json::object();
}

Answer describe_custom_key_stores(Front& front, Call& call) {
  Input input(call.input);
  const std::optional<std::string> id = input.text("CustomKeyStoreId", rules::kStoreId);
  const std::optional<std::string> name = input.text("CustomKeyStoreName", rules::kStoreName);
  const Page page(input, "stores", kDescribedUsually, kDescribedMost);
  TERCET_TRY_STATUS(input.done());
  if (id && name) {
    return Fault("ValidationException", "Give CustomKeyStoreId or CustomKeyStoreName, not both.");
  }
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [known, store] : front.state.stores()) {
    if ((!id || *id == known) && (!name || *name == store.name)) {
      entries.emplace_back(position_of(store.sequence), described(store));
    }
  }
  if (entries.empty() && (id || name)) {
    return Fault("CustomKeyStoreNotFoundException", "There is no such custom key store.");
  }
  return page.cut("CustomKeyStores", std::move(entries));
}

Answer delete_custom_key_store(Front& front, Call& call) {
  TERCET_TRY(const Store* store, named_store(front, call));
  if (store->connection != ConnectionState::disconnected) {
    return wrong_state(*store, "disconnect it before deleting it.");
  }
  const std::string id = store->id;
  const auto& keys = front.state.keys();
  if (std::any_of(keys.begin(), keys.end(), [&](const auto& entry) {
        return entry.second.store_id == id;
      })) {
    return Fault("CustomKeyStoreHasCMKsException",
                 "KMS keys are in the custom key store. Schedule their deletion and wait for it.");
  }
  TERCET_TRY_STATUS(stored(front.state.erase_store(id)));
  return Json::object();
}

}  // namespace tercet::kms
