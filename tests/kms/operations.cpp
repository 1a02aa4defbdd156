#include "tests/kms/operations.h"

#include <map>
#include <set>
#include <string_view>
#include <variant>

#include "tests/kms/aliases.h"
#include "tests/kms/crypto.h"
#include "tests/kms/grants.h"
#include "tests/kms/keys.h"
#include "tests/kms/policies.h"
#include "tests/kms/rules.h"
#include "tests/kms/stores.h"

namespace tercet::kms {
namespace {

using Local = Answer (*)(Front&, Call&);
using Remote = Task<Answer> (*)(Front&, Call&);
using Operation = std::variant<Local, Remote>;

/// Operations that no key of an external key store has (section 13). The key is looked up first.
Answer not_supported(Front& front, Call& call) {
  static const std::set<std::string_view> take_alias = {"GenerateDataKeyPair",
                                                        "GenerateDataKeyPairWithoutPlaintext",
                                                        "GenerateMac",
                                                        "GetPublicKey",
                                                        "Sign",
                                                        "Verify",
                                                        "VerifyMac",
                                                        "DeriveSharedSecret"};
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  TERCET_TRY_STATUS(input.done());
  const Checked<const Key*> key = take_alias.contains(call.operation)
                                      ? find_named_key(front, call, key_id)
                                      : find_plain_key(front, call, key_id);
  if (!key) {
    return Fault(key.error());
  }
  return Fault("UnsupportedOperationException",
               call.operation + " is not supported for KMS keys of external key stores.");
}

const std::map<std::string_view, Operation>& operations() {
  static const std::map<std::string_view, Operation> table = {
      {"CancelKeyDeletion", cancel_key_deletion},
      {"ConnectCustomKeyStore", connect_custom_key_store},
      {"CreateAlias", create_alias},
      {"CreateCustomKeyStore", create_custom_key_store},
      {"CreateGrant", create_grant},
      {"CreateKey", create_key},
      {"Decrypt", decrypt},
      {"DeleteAlias", delete_alias},
      {"DeleteCustomKeyStore", delete_custom_key_store},
      {"DeleteImportedKeyMaterial", not_supported},
      {"DeriveSharedSecret", not_supported},
      {"DescribeCustomKeyStores", describe_custom_key_stores},
      {"DescribeKey", describe_key},
      {"DisableKey", disable_key},
      {"DisableKeyRotation", not_supported},
      {"DisconnectCustomKeyStore", disconnect_custom_key_store},
      {"EnableKey", enable_key},
      {"EnableKeyRotation", not_supported},
      {"Encrypt", encrypt},
      {"GenerateDataKey", generate_data_key},
      {"GenerateDataKeyPair", not_supported},
      {"GenerateDataKeyPairWithoutPlaintext", not_supported},
      {"GenerateDataKeyWithoutPlaintext", generate_data_key_without_plaintext},
      {"GenerateMac", not_supported},
      {"GenerateRandom", generate_random},
      {"GetKeyLastUsage", get_key_last_usage},
      {"GetKeyPolicy", get_key_policy},
      {"GetKeyRotationStatus", not_supported},
      {"GetParametersForImport", not_supported},
      {"GetPublicKey", not_supported},
      {"ImportKeyMaterial", not_supported},
      {"ListAliases", list_aliases},
      {"ListGrants", list_grants},
      {"ListKeyPolicies", list_key_policies},
      {"ListKeyRotations", not_supported},
      {"ListKeys", list_keys},
      {"ListResourceTags", list_resource_tags},
      {"ListRetirableGrants", list_retirable_grants},
      {"PutKeyPolicy", put_key_policy},
      {"ReEncrypt", re_encrypt},
      {"ReplicateKey", not_supported},
      {"RetireGrant", retire_grant},
      {"RevokeGrant", revoke_grant},
      {"RotateKeyOnDemand", not_supported},
      {"ScheduleKeyDeletion", schedule_key_deletion},
      {"Sign", not_supported},
      {"TagResource", tag_resource},
      {"UntagResource", untag_resource},
      {"UpdateAlias", update_alias},
      {"UpdateCustomKeyStore", update_custom_key_store},
      {"UpdateKeyDescription", update_key_description},
      {"UpdatePrimaryRegion", not_supported},
      {"Verify", not_supported},
      {"VerifyMac", not_supported},
  };
  return table;
}

/// Operations that look for a grant themselves.
bool can_be_granted(const std::string& operation) {
  return is_cryptographic(operation) || operation == "CreateGrant" || operation == "RetireGrant" ||
         operation == "DescribeKey";
}

}  // namespace

bool is_cryptographic(const std::string& operation) {
  static const std::set<std::string_view> names = {
      "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncrypt"};
  return names.contains(operation);
}

Task<Answer> perform(Front& front, Call& call) {
  const auto found = operations().find(call.operation);
  if (found == operations().end()) {
    co_return Fault("UnknownOperationException", "There is no such operation.");
  }
  if (call.caller.grants_only && !can_be_granted(call.operation)) {
    co_return Fault(
        "AccessDeniedException",
        "User: " + call.caller.principal + " is not authorized to perform: kms:" + call.operation);
  }
  if (const Local* local = std::get_if<Local>(&found->second)) {
    co_return (*local)(front, call);
  }
  const Remote remote = std::get<Remote>(found->second);
  co_return co_await remote(front, call);
}

}  // namespace tercet::kms
