#include "tests/kms/kms_service.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "core/codec/base64.h"
#include "core/codec/uuid.h"
#include "core/random/random.h"
#include "core/time/clock.h"

namespace tercet::kms {
namespace {

constexpr const char* kAccount = "111122223333";

double now() {
  return static_cast<double>(system_wall_clock().now_milliseconds()) / 1000;
}

std::string text(const Json& input, const char* member) {
  const auto found = input.find(member);
  return found != input.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Answer Answer::fault(std::string_view name, std::string_view message) {
  Answer out(Json{{"__type", name}, {"message", message}});
  out.status = 400;
  return out;
}

KmsService::KmsService(asio::any_io_executor executor,
                       std::string region,
                       std::string state_folder,
                       std::string xks_ca)
    : proxies_(std::move(executor), region, std::move(xks_ca)),
      region_(std::move(region)),
      path_(std::move(state_folder) + "/state.json"),
      state_(Json{
          {"stores", Json::object()}, {"keys", Json::object()}, {"aliases", Json::object()}}) {}

Status KmsService::load() {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), failed);
  std::filesystem::permissions(
      std::filesystem::path(path_).parent_path(), std::filesystem::perms::owner_all, failed);
  std::ifstream file(path_);
  if (!file) {
    return ok_status();
  }
  Json stored = Json::parse(file, nullptr, false);
  if (!stored.is_object() || !stored.contains("stores") || !stored.contains("keys") ||
      !stored.contains("aliases")) {
    return Error(Errc::storage_error, "load " + path_ + ": not the state of tercet-kms");
  }
  state_ = std::move(stored);
  return ok_status();
}

void KmsService::save() const {
  const std::string fresh = path_ + ".new";
  {
    std::ofstream file(fresh, std::ios::trunc);
    std::error_code failed;
    std::filesystem::permissions(
        fresh, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
    file << state_.dump();
  }
  std::error_code failed;
  std::filesystem::rename(fresh, path_, failed);
}

Task<HttpResponse> KmsService::handle(HttpRequest request) {
  if (request.method == "GET" && request.target == "/ping") {
    co_return HttpResponse::text(200, "ok\n");
  }
  Caller caller;
  caller.request_id = make_uuid(system_random());
  std::string user = "user";
  if (const std::string* signature = request.find("authorization")) {
    const std::size_t at = signature->find("Credential=");
    const std::size_t end = signature->find('/', at == std::string::npos ? 0 : at);
    if (at != std::string::npos && end != std::string::npos) {
      user = signature->substr(at + 11, end - at - 11);
    }
  }
  caller.principal = std::string("arn:aws:iam::") + kAccount + ":user/" + user;
  const std::string* const target = request.find("x-amz-target");
  const std::string operation = target == nullptr ? "" : target->substr(target->find('.') + 1);
  Json input = Json::parse(as_text(request.body), nullptr, false);
  Answer answer = Answer::fault("SerializationException", "The body is not a JSON object.");
  if (input.is_object()) {
    answer = co_await dispatch(operation, std::move(input), caller);
  }
  const std::string body = answer.body.dump();
  HttpResponse response(answer.status, "application/x-amz-json-1.1", to_bytes(as_bytes(body)));
  response.headers.emplace_back("x-amzn-RequestId", caller.request_id);
  co_return response;
}

Task<Answer> KmsService::dispatch(std::string operation, Json input, Caller caller) {
  if (std::optional<Answer> local = dispatch_local(operation, input)) {
    co_return std::move(*local);
  }
  Task<Answer> task = operation == "CreateCustomKeyStore"    ? create_store(input, caller)
                      : operation == "ConnectCustomKeyStore" ? connect_store(input, caller)
                      : operation == "CreateKey"             ? create_key(input, caller)
                      : operation == "Encrypt"               ? encrypt(input, caller)
                      : operation == "Decrypt"               ? decrypt(input, caller)
                      : operation == "ReEncrypt"
                          ? re_encrypt(input, caller)
                          : generate_data_key(input, caller, operation == "GenerateDataKey");
  const bool known = operation == "CreateCustomKeyStore" || operation == "ConnectCustomKeyStore" ||
                     operation == "CreateKey" || operation == "Encrypt" || operation == "Decrypt" ||
                     operation == "ReEncrypt" || operation == "GenerateDataKey" ||
                     operation == "GenerateDataKeyWithoutPlaintext";
  if (!known) {
    co_return Answer::fault("UnknownOperationException", "This front end does not know that.");
  }
  Answer answer = co_await std::move(task);
  co_return answer;
}

std::optional<Answer> KmsService::dispatch_local(const std::string& operation, const Json& input) {
  if (operation == "DescribeCustomKeyStores") {
    return describe_stores(input);
  }
  if (operation == "DisconnectCustomKeyStore") {
    return set_store_state(input, "DISCONNECTED");
  }
  if (operation == "DeleteCustomKeyStore") {
    return delete_store(input);
  }
  if (operation == "DescribeKey") {
    return describe_key(input);
  }
  if (operation == "ListKeys") {
    return list_keys();
  }
  if (operation == "EnableKey" || operation == "DisableKey") {
    return set_key_enabled(input, operation == "EnableKey");
  }
  if (operation == "CreateAlias") {
    return create_alias(input);
  }
  if (operation == "DeleteAlias") {
    return delete_alias(input);
  }
  if (operation == "ListAliases") {
    return list_aliases();
  }
  if (operation == "GenerateRandom") {
    const auto count = input.value("NumberOfBytes", 0);
    if (count < 1 || count > 1024) {
      return Answer::fault("ValidationException", "NumberOfBytes is 1 to 1024.");
    }
    Bytes random(static_cast<std::size_t>(count));
    system_random().fill(random);
    return Answer(Json{{"Plaintext", base64_encode(random)}});
  }
  return std::nullopt;
}

Answer KmsService::describe_stores(const Json& input) const {
  Json list = Json::array();
  for (const auto& [id, store] : state_.at("stores").items()) {
    const bool wanted =
        (!input.contains("CustomKeyStoreId") || text(input, "CustomKeyStoreId") == id) &&
        (!input.contains("CustomKeyStoreName") ||
         text(input, "CustomKeyStoreName") == store.at("name"));
    if (wanted) {
      list.push_back(Json{{"CustomKeyStoreId", id},
                          {"CustomKeyStoreName", store.at("name")},
                          {"CustomKeyStoreType", "EXTERNAL_KEY_STORE"},
                          {"ConnectionState", store.at("state")},
                          {"CreationDate", store.at("created")},
                          {"XksProxyConfiguration",
                           {{"Connectivity", "PUBLIC_ENDPOINT"},
                            {"UriEndpoint", store.at("endpoint")},
                            {"UriPath", store.at("uri_path")},
                            {"AccessKeyId", store.at("access_key_id")}}}});
    }
  }
  if (list.empty() &&
      (input.contains("CustomKeyStoreId") || input.contains("CustomKeyStoreName"))) {
    return Answer::fault("CustomKeyStoreNotFoundException", "There is no such custom key store.");
  }
  return Answer(Json{{"CustomKeyStores", list}, {"Truncated", false}});
}

Answer KmsService::set_store_state(const Json& input, std::string_view state) {
  const std::string id = text(input, "CustomKeyStoreId");
  if (!state_.at("stores").contains(id)) {
    return Answer::fault("CustomKeyStoreNotFoundException", "There is no such custom key store.");
  }
  state_["stores"][id]["state"] = state;
  save();
  return Answer(Json::object());
}

Answer KmsService::delete_store(const Json& input) {
  const std::string id = text(input, "CustomKeyStoreId");
  if (!state_.at("stores").contains(id)) {
    return Answer::fault("CustomKeyStoreNotFoundException", "There is no such custom key store.");
  }
  if (state_.at("stores").at(id).at("state") != "DISCONNECTED") {
    return Answer::fault("CustomKeyStoreInvalidStateException", "Disconnect the key store first.");
  }
  for (const auto& [key_id, key] : state_.at("keys").items()) {
    if (key.at("store") == id) {
      return Answer::fault("CustomKeyStoreHasCMKsException", "The key store has KMS keys.");
    }
  }
  state_["stores"].erase(id);
  save();
  return Answer(Json::object());
}

std::string KmsService::arn(const std::string& key_id) const {
  return "arn:aws:kms:" + region_ + ":" + kAccount + ":key/" + key_id;
}

Json KmsService::metadata(const std::string& key_id) const {
  const Json& key = state_.at("keys").at(key_id);
  const bool enabled = key.at("enabled").get<bool>();
  return Json{{"AWSAccountId", kAccount},
              {"KeyId", key_id},
              {"Arn", arn(key_id)},
              {"CreationDate", key.at("created")},
              {"Enabled", enabled},
              {"Description", key.at("description")},
              {"KeyUsage", "ENCRYPT_DECRYPT"},
              {"KeyState", enabled ? "Enabled" : "Disabled"},
              {"Origin", "EXTERNAL_KEY_STORE"},
              {"KeyManager", "CUSTOMER"},
              {"CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"},
              {"KeySpec", "SYMMETRIC_DEFAULT"},
              {"EncryptionAlgorithms", {"SYMMETRIC_DEFAULT"}},
              {"MultiRegion", false},
              {"CustomKeyStoreId", key.at("store")},
              {"XksKeyConfiguration", {{"Id", key.at("xks_key")}}}};
}

std::string KmsService::resolve(const Json& input, const char* member) const {
  std::string id = text(input, member);
  const std::string key_prefix = "arn:aws:kms:" + region_ + ":" + kAccount + ":";
  if (id.starts_with(key_prefix)) {
    id = id.substr(key_prefix.size());
    id = id.starts_with("key/") ? id.substr(4) : id;
  }
  if (id.starts_with("alias/")) {
    id = text(state_.at("aliases"), id.c_str());
  }
  return state_.at("keys").contains(id) ? id : std::string();
}

Answer KmsService::describe_key(const Json& input) const {
  const std::string id = resolve(input, "KeyId");
  return id.empty() ? Answer::fault("NotFoundException", "There is no such key.")
                    : Answer(Json{{"KeyMetadata", metadata(id)}});
}

Answer KmsService::list_keys() const {
  Json list = Json::array();
  for (const auto& [id, key] : state_.at("keys").items()) {
    list.push_back(Json{{"KeyId", id}, {"KeyArn", arn(id)}});
  }
  return Answer(Json{{"Keys", list}, {"Truncated", false}});
}

Answer KmsService::set_key_enabled(const Json& input, bool enabled) {
  const std::string id = resolve(input, "KeyId");
  if (id.empty()) {
    return Answer::fault("NotFoundException", "There is no such key.");
  }
  state_["keys"][id]["enabled"] = enabled;
  save();
  return Answer(Json::object());
}

Answer KmsService::create_alias(const Json& input) {
  const std::string alias = text(input, "AliasName");
  const std::string id = resolve(input, "TargetKeyId");
  if (!alias.starts_with("alias/") || alias.starts_with("alias/aws/")) {
    return Answer::fault("InvalidAliasNameException", "An alias begins with alias/.");
  }
  if (id.empty()) {
    return Answer::fault("NotFoundException", "There is no such key.");
  }
  if (state_.at("aliases").contains(alias)) {
    return Answer::fault("AlreadyExistsException", "The alias is there already.");
  }
  state_["aliases"][alias] = id;
  save();
  return Answer(Json::object());
}

Answer KmsService::delete_alias(const Json& input) {
  const std::string alias = text(input, "AliasName");
  if (state_["aliases"].erase(alias) == 0) {
    return Answer::fault("NotFoundException", "There is no such alias.");
  }
  save();
  return Answer(Json::object());
}

Answer KmsService::list_aliases() const {
  Json list = Json::array();
  for (const auto& [alias, id] : state_.at("aliases").items()) {
    list.push_back(Json{{"AliasName", alias},
                        {"AliasArn", "arn:aws:kms:" + region_ + ":" + kAccount + ":" + alias},
                        {"TargetKeyId", id}});
  }
  return Answer(Json{{"Aliases", list}, {"Truncated", false}});
}

Task<Answer> KmsService::create_store(Json input, Caller caller) {
  const Json credential = input.value("XksProxyAuthenticationCredential", Json::object());
  if (text(input, "CustomKeyStoreType") != "EXTERNAL_KEY_STORE" ||
      text(input, "CustomKeyStoreName").empty() || text(input, "XksProxyUriEndpoint").empty() ||
      text(input, "XksProxyUriPath").empty() || text(credential, "AccessKeyId").empty() ||
      text(credential, "RawSecretAccessKey").empty()) {
    co_return Answer::fault("ValidationException",
                            "Name, endpoint, path and credential are needed.");
  }
  for (const auto& [known_id, known] : state_.at("stores").items()) {
    if (known.at("name") == text(input, "CustomKeyStoreName")) {
      co_return Answer::fault("CustomKeyStoreNameInUseException", "The name is in use.");
    }
  }
  Json store{{"name", text(input, "CustomKeyStoreName")},
             {"endpoint", text(input, "XksProxyUriEndpoint")},
             {"uri_path", text(input, "XksProxyUriPath")},
             {"access_key_id", text(credential, "AccessKeyId")},
             {"secret", text(credential, "RawSecretAccessKey")},
             {"state", "DISCONNECTED"},
             {"created", now()}};
  Json body{{"requestMetadata",
             {{"kmsRequestId", caller.request_id}, {"kmsOperation", "CreateCustomKeyStore"}}}};
  const XksAnswer health = co_await proxies_.call(store, "health", std::move(body));
  if (!health.ok()) {
    const std::string name =
        health.error_name == "AuthenticationFailedException"
            ? "XksProxyIncorrectAuthenticationCredentialException"
        : health.error_name == "InvalidUriPathException" ? "XksProxyInvalidConfigurationException"
        : health.error_name == "Unreachable"             ? "XksProxyUriUnreachableException"
                                                         : "XksProxyInvalidResponseException";
    co_return Answer::fault(name, "The external key store proxy answered: " + health.error_name);
  }
  const std::string id = "cks-" + to_hex(system_random().array<9>()).substr(0, 17);
  state_["stores"][id] = store;
  save();
  co_return Answer(Json{{"CustomKeyStoreId", id}});
}

Task<Answer> KmsService::connect_store(Json input, Caller caller) {
  const std::string id = text(input, "CustomKeyStoreId");
  if (!state_.at("stores").contains(id)) {
    co_return Answer::fault("CustomKeyStoreNotFoundException", "There is no such key store.");
  }
  Json body{{"requestMetadata",
             {{"kmsRequestId", caller.request_id}, {"kmsOperation", "ConnectCustomKeyStore"}}}};
  const XksAnswer health =
      co_await proxies_.call(state_.at("stores").at(id), "health", std::move(body));
  state_["stores"][id]["state"] = health.ok() ? "CONNECTED" : "FAILED";
  save();
  co_return Answer(Json::object());
}

Task<Answer> KmsService::create_key(Json input, Caller caller) {
  const std::string store_id = text(input, "CustomKeyStoreId");
  const std::string xks_key = text(input, "XksKeyId");
  if (text(input, "Origin") != "EXTERNAL_KEY_STORE" || xks_key.empty()) {
    co_return Answer::fault("UnsupportedOperationException",
                            "Only keys of external key stores are made here.");
  }
  if (!state_.at("stores").contains(store_id)) {
    co_return Answer::fault("CustomKeyStoreNotFoundException", "There is no such key store.");
  }
  const Json store = state_.at("stores").at(store_id);
  if (store.at("state") != "CONNECTED") {
    co_return Answer::fault("CustomKeyStoreInvalidStateException", "Connect the key store first.");
  }
  for (const auto& [known_id, known] : state_.at("keys").items()) {
    if (known.at("store") == store_id && known.at("xks_key") == xks_key) {
      co_return Answer::fault("XksKeyAlreadyInUseException", "Another KMS key uses it.");
    }
  }
  const std::string id = make_uuid(system_random());
  Json body{{"requestMetadata",
             {{"awsPrincipalArn", caller.principal},
              {"kmsKeyArn", arn(id)},
              {"kmsOperation", "CreateKey"},
              {"kmsRequestId", caller.request_id}}}};
  const XksAnswer found =
      co_await proxies_.call(store, "keys/" + xks_key + "/metadata", std::move(body));
  if (!found.ok()) {
    co_return Answer::fault(found.error_name == "KeyNotFoundException"
                                ? "XksKeyNotFoundException"
                                : "CustomKeyStoreInvalidStateException",
                            "The external key store proxy answered: " + found.error_name);
  }
  const Json usage = found.body.value("keyUsage", Json::array());
  if (found.body.value("keySpec", "") != "AES_256" ||
      found.body.value("keyStatus", "") != "ENABLED" || usage.size() < 2) {
    co_return Answer::fault("XksKeyInvalidConfigurationException",
                            "The external key is not enabled, or not for both uses.");
  }
  state_["keys"][id] = Json{{"store", store_id},
                            {"xks_key", xks_key},
                            {"enabled", true},
                            {"description", text(input, "Description")},
                            {"created", now()},
                            {"inner_key", base64_encode(system_random().array<32>())}};
  save();
  co_return Answer(Json{{"KeyMetadata", metadata(id)}});
}

}  // namespace tercet::kms
