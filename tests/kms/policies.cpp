#include "tests/kms/policies.h"

#include <set>
#include <utility>

#include "tests/kms/keys.h"
#include "tests/kms/paging.h"
#include "tests/kms/rules.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagsListedMost = 50;
constexpr std::size_t kPoliciesListedUsually = 100;
constexpr std::size_t kPoliciesListedMost = 1000;
constexpr std::size_t kPolicyBytesMax = 32'768;
constexpr const char* kPolicyName = "default";

Verdict check_policy_name(const std::string& name) {
  if (name != kPolicyName) {
    return Fault("NotFoundException", "A key has one policy, with the name 'default'.");
  }
  return fine();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_tags(Input& input) {
  std::vector<std::pair<std::string, std::string>> out;
  for (Input& tag : input.objects("Tags", kTagsMax)) {
    std::string key = tag.required_text("TagKey", rules::kTagKey);
    std::string value = tag.required_text("TagValue", rules::kTagValue);
    out.emplace_back(std::move(key), std::move(value));
  }
  return out;
}

Verdict add_tags(const std::vector<std::pair<std::string, std::string>>& wanted,
                 std::map<std::string, std::string>& tags) {
  std::set<std::string> seen;
  for (const auto& [key, value] : wanted) {
    if (!seen.insert(key).second) {
      return Fault("TagException", "A tag key is given twice.");
    }
    if (key.starts_with("aws:")) {
      return Fault("TagException", "Tag keys that begin with aws: are reserved.");
    }
    tags[key] = value;
  }
  if (tags.size() > kTagsMax) {
    return Fault("TagException", "A key has at most 50 tags.");
  }
  return fine();
}

Verdict check_policy(const std::string& policy) {
  if (policy.size() > kPolicyBytesMax) {
    return Fault("LimitExceededException", "A key policy has at most 32768 bytes.");
  }
  const Json document = Json::parse(policy, nullptr, false);
  const bool ok = document.is_object() && document.contains("Statement") &&
                  (document["Statement"].is_object() ||
                   (document["Statement"].is_array() && !document["Statement"].empty()));
  if (!ok) {
    return Fault("MalformedPolicyDocumentException",
                 "The policy is not a JSON document with statements.");
  }
  return fine();
}

std::string default_policy(const Names& names) {
  Json statement{{"Sid", "Enable IAM User Permissions"},
                 {"Effect", "Allow"},
                 {"Action", "kms:*"},
                 {"Resource", "*"}};
  statement["Principal"]["AWS"] = names.root_arn();
  Json document{{"Version", "2012-10-17"}, {"Id", "key-default-1"}};
  document["Statement"] = Json::array({std::move(statement)});
  return document.dump();
}

Answer tag_resource(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  input.require("Tags");
  const auto wanted = read_tags(input);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  Key changed = *key;
  TERCET_TRY_STATUS(add_tags(wanted, changed.tags));
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  return no_output();
}

Answer untag_resource(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  input.require("TagKeys");
  const std::vector<std::string> tag_keys = input.texts("TagKeys", kTagsMax, rules::kTagKey);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  Key changed = *key;
  for (const std::string& tag_key : tag_keys) {
    changed.tags.erase(tag_key);
  }
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  return no_output();
}

Answer list_resource_tags(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const Page page(input, "tags", kTagsListedMost, kTagsListedMost);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [tag_key, value] : key->tags) {
    entries.emplace_back(tag_key, Json{{"TagKey", tag_key}, {"TagValue", value}});
  }
  return page.cut("Tags", std::move(entries));
}

Answer get_key_policy(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const std::string name = input.text("PolicyName", rules::kPolicyName).value_or(kPolicyName);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_policy_name(name));
  return Json{{"Policy", key->policy}, {"PolicyName", kPolicyName}};
}

Answer put_key_policy(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const std::string name = input.text("PolicyName", rules::kPolicyName).value_or(kPolicyName);
  const std::string policy = input.required_text("Policy", rules::kPolicy);
  static_cast<void>(input.flag("BypassPolicyLockoutSafetyCheck"));
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_policy_name(name));
  TERCET_TRY_STATUS(check_policy(policy));
  Key changed = *key;
  changed.policy = policy;
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  return no_output();
}

Answer list_key_policies(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const Page page(input, "policies", kPoliciesListedUsually, kPoliciesListedMost);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  static_cast<void>(key);
  std::vector<std::pair<std::string, Json>> entries;
  entries.emplace_back(kPolicyName, Json(kPolicyName));
  return page.cut("PolicyNames", std::move(entries));
}

}  // namespace tercet::kms
