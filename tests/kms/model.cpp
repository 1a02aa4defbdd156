#include "tests/kms/model.h"

#include <algorithm>

#include "core/codec/base64.h"
#include "core/codec/uuid.h"
#include "tests/kms/blob.h"

namespace tercet::kms {
namespace {

void must(bool holds, const char* member, const Json& stored) {
  if (!holds) {
    throw Json::other_error::create(500, std::string("not what a key has: ") + member, &stored);
  }
}

Bytes bytes_of(const Json& stored, const char* member, std::size_t size) {
  Result<Bytes> decoded = base64_decode(stored.at(member).get_ref<const std::string&>());
  must(decoded && decoded->size() == size, member, stored);
  return std::move(decoded).value();
}

ConnectionState connection_from(const std::string& name) {
  for (const ConnectionState state :
       {ConnectionState::connecting, ConnectionState::connected, ConnectionState::failed}) {
    if (connection_state_name(state) == name) {
      return state;
    }
  }
  return ConnectionState::disconnected;
}

}  // namespace

std::string_view connection_state_name(ConnectionState state) {
  switch (state) {
    case ConnectionState::disconnected:
      return "DISCONNECTED";
    case ConnectionState::connecting:
      return "CONNECTING";
    case ConnectionState::connected:
      return "CONNECTED";
    case ConnectionState::failed:
      return "FAILED";
  }
  return "";
}

Json to_stored(const Store& store) {
  return Json{{"id", store.id},
              {"sequence", store.sequence},
              {"name", store.name},
              {"connectivity", store.connectivity},
              {"endpoint", store.endpoint},
              {"uri_path", store.uri_path},
              {"access_key_id", store.access_key_id},
              {"secret", std::string(store.secret)},
              {"vpc_service", store.vpc_service},
              {"vpc_owner", store.vpc_owner},
              {"created_ms", store.created_ms},
              {"credential_ms", store.credential_ms},
              {"connection", connection_state_name(store.connection)},
              {"connection_error", store.connection_error}};
}

Store store_from(const Json& stored) {
  Store store;
  stored.at("id").get_to(store.id);
  stored.at("sequence").get_to(store.sequence);
  stored.at("name").get_to(store.name);
  stored.at("connectivity").get_to(store.connectivity);
  stored.at("endpoint").get_to(store.endpoint);
  stored.at("uri_path").get_to(store.uri_path);
  stored.at("access_key_id").get_to(store.access_key_id);
  store.secret = stored.at("secret").get_ref<const std::string&>();
  stored.at("vpc_service").get_to(store.vpc_service);
  stored.at("vpc_owner").get_to(store.vpc_owner);
  stored.at("created_ms").get_to(store.created_ms);
  stored.at("credential_ms").get_to(store.credential_ms);
  store.connection = connection_from(stored.at("connection").get<std::string>());
  stored.at("connection_error").get_to(store.connection_error);
  return store;
}

Json to_stored(const Key& key) {
  return Json{{"id", key.id},
              {"sequence", key.sequence},
              {"store_id", key.store_id},
              {"xks_key_id", key.xks_key_id},
              {"description", key.description},
              {"enabled", key.enabled},
              {"deletion_ms", key.deletion_ms},
              {"pending_window_days", key.pending_window_days},
              {"created_ms", key.created_ms},
              {"material", base64_encode(key.material)},
              {"material_id", base64_encode(key.material_id)},
              {"inner_overhead_bytes", key.inner_overhead_bytes},
              {"policy", key.policy},
              {"tags", key.tags},
              {"last_usage", key.last_usage}};
}

Key key_from(const Json& stored) {
  Key key;
  stored.at("id").get_to(key.id);
  stored.at("sequence").get_to(key.sequence);
  stored.at("store_id").get_to(key.store_id);
  stored.at("xks_key_id").get_to(key.xks_key_id);
  stored.at("description").get_to(key.description);
  stored.at("enabled").get_to(key.enabled);
  stored.at("deletion_ms").get_to(key.deletion_ms);
  stored.at("pending_window_days").get_to(key.pending_window_days);
  stored.at("created_ms").get_to(key.created_ms);
  key.material = bytes_of(stored, "material", 32);
  const Bytes material_id = bytes_of(stored, "material_id", key.material_id.size());
  std::copy(material_id.begin(), material_id.end(), key.material_id.begin());
  stored.at("inner_overhead_bytes").get_to(key.inner_overhead_bytes);
  stored.at("policy").get_to(key.policy);
  stored.at("tags").get_to(key.tags);
  key.last_usage = stored.at("last_usage");
  must(is_uuid(key.id), "id", stored);
  must(key.inner_overhead_bytes >= kInnerOverheadMin &&
           key.inner_overhead_bytes <= kInnerOverheadMax,
       "inner_overhead_bytes",
       stored);
  return key;
}

Json to_stored(const Alias& alias) {
  return Json{{"name", alias.name},
              {"key_id", alias.key_id},
              {"created_ms", alias.created_ms},
              {"updated_ms", alias.updated_ms}};
}

Alias alias_from(const Json& stored) {
  Alias alias;
  stored.at("name").get_to(alias.name);
  stored.at("key_id").get_to(alias.key_id);
  stored.at("created_ms").get_to(alias.created_ms);
  stored.at("updated_ms").get_to(alias.updated_ms);
  return alias;
}

Json to_stored(const Grant& grant) {
  return Json{{"id", grant.id},
              {"sequence", grant.sequence},
              {"key_id", grant.key_id},
              {"name", grant.name},
              {"grantee", grant.grantee},
              {"retiring", grant.retiring},
              {"operations", grant.operations},
              {"constraint", grant.constraint},
              {"context", grant.context},
              {"created_ms", grant.created_ms}};
}

Grant grant_from(const Json& stored) {
  Grant grant;
  stored.at("id").get_to(grant.id);
  stored.at("sequence").get_to(grant.sequence);
  stored.at("key_id").get_to(grant.key_id);
  stored.at("name").get_to(grant.name);
  stored.at("grantee").get_to(grant.grantee);
  stored.at("retiring").get_to(grant.retiring);
  stored.at("operations").get_to(grant.operations);
  stored.at("constraint").get_to(grant.constraint);
  stored.at("context").get_to(grant.context);
  stored.at("created_ms").get_to(grant.created_ms);
  return grant;
}

double api_time(std::int64_t ms) {
  return static_cast<double>(ms) / 1000.0;
}

}  // namespace tercet::kms
