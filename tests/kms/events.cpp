#include "tests/kms/events.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <set>
#include <string_view>
#include <utility>

#include "core/log/line_file.h"
#include "tests/kms/input.h"

namespace tercet::kms {
namespace {

/// What may be logged: a list of what is allowed, so that nothing slips through.
const std::set<std::string>& logged_members() {
  static const std::set<std::string> names = {"AliasName",
                                              "BypassPolicyLockoutSafetyCheck",
                                              "Constraints",
                                              "CustomKeyStoreId",
                                              "CustomKeyStoreName",
                                              "CustomKeyStoreType",
                                              "CustomerMasterKeySpec",
                                              "Description",
                                              "DestinationEncryptionAlgorithm",
                                              "DestinationEncryptionContext",
                                              "DestinationKeyId",
                                              "DryRun",
                                              "EncryptionAlgorithm",
                                              "EncryptionContext",
                                              "GrantId",
                                              "GranteePrincipal",
                                              "KeyId",
                                              "KeySpec",
                                              "KeyUsage",
                                              "Limit",
                                              "MultiRegion",
                                              "Name",
                                              "NewCustomKeyStoreName",
                                              "NumberOfBytes",
                                              "Operations",
                                              "Origin",
                                              "PendingWindowInDays",
                                              "Policy",
                                              "PolicyName",
                                              "RetiringPrincipal",
                                              "SourceEncryptionAlgorithm",
                                              "SourceEncryptionContext",
                                              "SourceKeyId",
                                              "TagKeys",
                                              "Tags",
                                              "TargetKeyId",
                                              "XksKeyId",
                                              "XksProxyConnectivity",
                                              "XksProxyUriEndpoint",
                                              "XksProxyUriPath",
                                              "XksProxyVpcEndpointServiceName",
                                              "XksProxyVpcEndpointServiceOwner"};
  return names;
}

/// By the verb with which the operation's name begins.
bool only_reads(std::string_view operation) {
  constexpr std::array<std::string_view, 10> kVerbs = {"Decrypt",
                                                       "Derive",
                                                       "Describe",
                                                       "Encrypt",
                                                       "Generate",
                                                       "Get",
                                                       "List",
                                                       "ReEncrypt",
                                                       "Sign",
                                                       "Verify"};
  return std::any_of(kVerbs.begin(), kVerbs.end(), [operation](std::string_view verb) {
    return operation.starts_with(verb);
  });
}

std::string time_text(std::int64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

/// Names of our members in lower camel case; encryption contexts as they are.
Json logged(const Json& value, bool verbatim) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& element : value) {
      out.push_back(logged(element, verbatim));
    }
    return out;
  }
  if (!value.is_object() || verbatim) {
    return value;
  }
  Json out = Json::object();
  for (const auto& [name, member] : value.items()) {
    out[lower_camel(name)] = logged(member, name.starts_with("EncryptionContext"));
  }
  return out;
}

Json parameters(const Json& input) {
  Json out = Json::object();
  for (const auto& [name, value] : input.items()) {
    if (logged_members().contains(name)) {
      out[lower_camel(name)] = logged(value, name.ends_with("EncryptionContext"));
    }
  }
  const auto credential = input.find("XksProxyAuthenticationCredential");
  if (credential != input.end() && credential->is_object() && credential->contains("AccessKeyId")) {
    out["xksProxyAuthenticationCredential"]["accessKeyId"] = credential->at("AccessKeyId");
  }
  return out.empty() ? Json() : out;
}

Json response(const Call& call, const Answer& answer) {
  if (!answer || !answer.value().is_object()) {
    return Json();
  }
  const Json& body = answer.value();
  Json out;
  if (call.operation == "CreateKey") {
    out["keyMetadata"] = logged(body.at("KeyMetadata"), false);
  } else if (call.operation == "CreateCustomKeyStore") {
    out["customKeyStoreId"] = body.at("CustomKeyStoreId");
  } else if (call.operation == "CreateGrant") {
    out["grantId"] = body.at("GrantId");
  } else if (call.operation == "ScheduleKeyDeletion") {
    out = logged(body, false);
  }
  return out;
}

Json identity(const Front& front, const Call& call) {
  const Caller& caller = call.caller;
  Json out{{"type", "IAMUser"},
           {"arn", caller.principal},
           {"accountId", front.names.account()},
           {"accessKeyId", caller.access_key_id},
           {"userName", caller.principal.substr(caller.principal.rfind('/') + 1)}};
  if (!caller.via_service.empty()) {
    out["invokedBy"] = caller.via_service;
  }
  return out;
}

}  // namespace

Json event_of(const Front& front, const Call& call, const Answer& answer) {
  const bool by_service = !call.caller.via_service.empty();
  Json event{{"eventVersion", "1.08"},
             {"userIdentity", identity(front, call)},
             {"eventTime", time_text(front.now_ms())},
             {"eventSource", "kms.amazonaws.com"},
             {"eventName", call.operation},
             {"awsRegion", front.names.region()},
             {"sourceIPAddress", by_service ? call.caller.via_service : call.caller.source_address},
             {"userAgent", by_service ? call.caller.via_service : call.caller.user_agent},
             {"requestParameters", call.input.is_object() ? parameters(call.input) : Json()},
             {"responseElements", response(call, answer)},
             {"requestID", call.request_id},
             {"eventID", call.event_id},
             {"readOnly", only_reads(call.operation)},
             {"eventType", "AwsApiCall"},
             {"managementEvent", true},
             {"recipientAccountId", front.names.account()},
             {"eventCategory", "Management"}};
  if (!answer) {
    event["errorCode"] = answer.error().name;
    event["errorMessage"] = answer.error().message;
  }
  const auto add = [&event](const char* member, const std::string& value) {
    if (!value.empty()) {
      event["additionalEventData"][member] = value;
    }
  };
  add("customKeyStoreId", call.store_id);
  add("customKeyStoreName", call.store_name);
  add("xksKeyId", call.xks_key_id);
  for (const std::string& arn : call.key_arns) {
    event["resources"].push_back(
        Json{{"accountId", front.names.account()}, {"type", "AWS::KMS::Key"}, {"ARN", arn}});
  }
  return event;
}

Result<EventLog> EventLog::open(const std::string& path) {
  EventLog log;
  if (!path.empty()) {
    TERCET_TRY(log.file_, LineFile::open(path));
  }
  return log;
}

void EventLog::write(const Front& front, const Call& call, const Answer& answer) {
  if (file_ == nullptr) {
    return;
  }
  const Status written = file_->append(
      event_of(front, call, answer).dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!written) {
    std::fprintf(stderr, "tercet-kms: write the event: %s\n", written.error().to_string().c_str());
  }
}

}  // namespace tercet::kms
