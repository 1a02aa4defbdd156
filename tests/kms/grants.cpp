#include "tests/kms/grants.h"

#include <algorithm>
#include <utility>

#include "core/codec/base64.h"
#include "tests/kms/keys.h"
#include "tests/kms/paging.h"
#include "tests/kms/rules.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kGrantsListed = 50;
constexpr std::size_t kGrantsListedMax = 100;
constexpr std::size_t kGrantIdBytes = 32;
constexpr std::size_t kTokenFillBytes = 16;
constexpr std::size_t kOperationsMax = 32;
constexpr const char* kSubset = "EncryptionContextSubset";
constexpr const char* kEquals = "EncryptionContextEquals";

const std::vector<std::string_view>& grantable() {
  static const std::vector<std::string_view> values = {"Decrypt",
                                                       "Encrypt",
                                                       "GenerateDataKey",
                                                       "GenerateDataKeyWithoutPlaintext",
                                                       "ReEncryptFrom",
                                                       "ReEncryptTo",
                                                       "CreateGrant",
                                                       "RetireGrant",
                                                       "DescribeKey"};
  return values;
}

bool is_grantable(const std::string& operation) {
  return std::find(grantable().begin(), grantable().end(), operation) != grantable().end();
}

/// Opaque to callers: the grant's id and something fresh.
std::string make_token(const Front& front, const std::string& grant_id) {
  const Result<Bytes> id = from_hex(grant_id);
  ByteWriter writer;
  writer.raw(*id).raw(front.random.array<kTokenFillBytes>());
  return base64_encode(writer.bytes());
}

Checked<std::string> grant_of_token(const std::string& token) {
  const Result<Bytes> bytes = base64_decode(token);
  if (!bytes || bytes->size() != kGrantIdBytes + kTokenFillBytes) {
    return Fault("InvalidGrantTokenException", "The grant token is not one of this KMS.");
  }
  return to_hex(ByteView(*bytes).first(kGrantIdBytes));
}

Checked<Grant> read_grant(Input& input) {
  Grant grant;
  grant.grantee = input.required_text("GranteePrincipal", rules::kPrincipal);
  grant.retiring = input.text("RetiringPrincipal", rules::kPrincipal).value_or("");
  input.require("Operations");
  grant.operations = input.texts("Operations", kOperationsMax, TextRule(1, 64));
  grant.name = input.text("Name", rules::kGrantName).value_or("");
  std::optional<Input> constraints = input.nested("Constraints");
  if (constraints) {
    for (const char* kind : {kSubset, kEquals}) {
      if (constraints->has(kind)) {
        if (!grant.constraint.empty()) {
          return Fault("ValidationException", "Give one constraint, not both.");
        }
        grant.constraint = kind;
        grant.context = constraints->map(kind);
      }
    }
  }
  TERCET_TRY_STATUS(input.done());
  if (grant.operations.empty() ||
      !std::all_of(grant.operations.begin(), grant.operations.end(), is_grantable)) {
    return Fault("ValidationException",
                 "Operations must name at least one, and only operations that the KMS key "
                 "supports.");
  }
  return grant;
}

bool same_grant(const Grant& a, const Grant& b) {
  return a.key_id == b.key_id && a.name == b.name && a.grantee == b.grantee &&
         a.retiring == b.retiring && a.operations == b.operations && a.constraint == b.constraint &&
         a.context == b.context;
}

Json described(const Front& front, const Grant& grant) {
  Json out{{"KeyId", front.names.key_arn(grant.key_id)},
           {"GrantId", grant.id},
           {"CreationDate", api_time(grant.created_ms)},
           {"GranteePrincipal", grant.grantee},
           {"IssuingAccount", front.names.root_arn()},
           {"Operations", grant.operations}};
  if (!grant.name.empty()) {
    out["Name"] = grant.name;
  }
  if (!grant.retiring.empty()) {
    out["RetiringPrincipal"] = grant.retiring;
  }
  if (!grant.constraint.empty()) {
    out["Constraints"][grant.constraint] = grant.context;
  }
  return out;
}

bool meets(const Grant& grant, const std::map<std::string, std::string>& context) {
  if (grant.constraint == kEquals) {
    return grant.context == context;
  }
  return std::all_of(grant.context.begin(), grant.context.end(), [&](const auto& pair) {
    const auto found = context.find(pair.first);
    return found != context.end() && found->second == pair.second;
  });
}

bool allows(const Grant& grant, const std::string& operation) {
  const auto& operations = grant.operations;
  return std::find(operations.begin(), operations.end(), operation) != operations.end();
}

bool may_retire(const Caller& caller, const Grant& grant) {
  return !caller.grants_only || grant.retiring == caller.principal ||
         (grant.grantee == caller.principal && allows(grant, "RetireGrant"));
}

/// Whether everything that `inner` allows is allowed by `outer` too.
bool is_within(const Grant& inner, const Grant& outer) {
  const bool as_strict = outer.constraint.empty() || inner.constraint == kEquals ||
                         inner.constraint == outer.constraint;
  return as_strict && meets(outer, inner.context) &&
         std::all_of(inner.operations.begin(), inner.operations.end(), [&](const auto& operation) {
           return allows(outer, operation);
         });
}

/// For a caller that has nothing but grants: one of the key that names the operation and suits.
template <class Suits>
Verdict check_own_grant(const Front& front,
                        const Call& call,
                        const Key& key,
                        const std::string& operation,
                        const Suits& suits) {
  const auto& grants = front.state.grants();
  if (call.caller.grants_only && std::none_of(grants.begin(), grants.end(), [&](const auto& entry) {
        const Grant& grant = entry.second;
        return grant.key_id == key.id && grant.grantee == call.caller.principal &&
               allows(grant, operation) && suits(grant);
      })) {
    return Fault(
        "AccessDeniedException",
        "User: " + call.caller.principal + " is not authorized to perform: kms:" + operation +
            " on resource: " + front.names.key_arn(key.id) + " because no grant allows it");
  }
  return fine();
}

}  // namespace

void read_grant_tokens(Input& input) {
  static_cast<void>(input.texts("GrantTokens", rules::kGrantTokensMax, rules::kGrantToken));
}

Verdict check_granted(const Front& front,
                      const Call& call,
                      const Key& key,
                      const std::string& operation,
                      const std::map<std::string, std::string>& context) {
  return check_own_grant(front, call, key, operation, [&](const Grant& grant) {
    return operation == "DescribeKey" || meets(grant, context);  // which has no context
  });
}

Answer create_grant(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  read_grant_tokens(input);
  const bool dry_run = input.flag("DryRun");
  TERCET_TRY(Grant grant, read_grant(input));
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  TERCET_TRY_STATUS(check_own_grant(front, call, *key, "CreateGrant", [&grant](const Grant& own) {
    return is_within(grant, own);
  }));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  if (key_state(front, *key) == "Disabled") {
    return Fault("DisabledException", front.names.key_arn(key->id) + " is disabled.");
  }
  if (dry_run) {
    return dry_run_done();
  }
  grant.key_id = key->id;
  const auto& grants = front.state.grants();
  const auto same = std::find_if(grants.begin(), grants.end(), [&](const auto& entry) {
    return !grant.name.empty() && same_grant(entry.second, grant);
  });
  if (same != grants.end()) {
    grant.id = same->first;
  } else {
    grant.id = to_hex(front.random.array<kGrantIdBytes>());
    grant.sequence = front.state.next_sequence();
    grant.created_ms = front.now_ms();
    TERCET_TRY_STATUS(stored(front.state.put(grant)));
  }
  return Json{{"GrantId", grant.id}, {"GrantToken", make_token(front, grant.id)}};
}

Answer list_grants(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const auto grant_id = input.text("GrantId", rules::kGrantId);
  const auto grantee = input.text("GranteePrincipal", rules::kPrincipal);
  const Page page(input, "grants", kGrantsListed, kGrantsListedMax);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [id, grant] : front.state.grants()) {
    if (grant.key_id == key->id && (!grant_id || *grant_id == id) &&
        (!grantee || *grantee == grant.grantee)) {
      entries.emplace_back(position_of(grant.sequence), described(front, grant));
    }
  }
  return page.cut("Grants", std::move(entries));
}

Answer list_retirable_grants(Front& front, Call& call) {
  Input input(call.input);
  const std::string retiring = input.required_text("RetiringPrincipal", rules::kPrincipal);
  const Page page(input, "retirable", kGrantsListed, kGrantsListedMax);
  TERCET_TRY_STATUS(input.done());
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [id, grant] : front.state.grants()) {
    if (grant.retiring == retiring) {
      entries.emplace_back(position_of(grant.sequence), described(front, grant));
    }
  }
  return page.cut("Grants", std::move(entries));
}

Answer retire_grant(Front& front, Call& call) {
  Input input(call.input);
  const auto token = input.text("GrantToken", rules::kGrantToken);
  const auto key_id = input.text("KeyId", rules::kKeyId);
  auto grant_id = input.text("GrantId", rules::kGrantId);
  const bool dry_run = input.flag("DryRun");
  TERCET_TRY_STATUS(input.done());
  if (token.has_value() == (key_id && grant_id)) {
    return Fault("ValidationException", "Give GrantToken, or KeyId with GrantId.");
  }
  if (token) {
    TERCET_TRY(grant_id, grant_of_token(*token));
  }
  const Grant* grant = front.state.grant(*grant_id);
  if (grant == nullptr) {
    return Fault("NotFoundException", "There is no such grant.");
  }
  if (key_id) {
    TERCET_TRY(const Key* key, find_plain_key(front, call, *key_id));
    if (key->id != grant->key_id) {
      return Fault("InvalidGrantIdException", "The grant is of another key.");
    }
  } else {
    note_key(front, call, *front.state.key(grant->key_id));
  }
  if (!may_retire(call.caller, *grant)) {
    return Fault("AccessDeniedException", "The caller may not retire this grant.");
  }
  if (dry_run) {
    return dry_run_done();
  }
  TERCET_TRY_STATUS(stored(front.state.erase_grant(*grant_id)));
  return no_output();
}

Answer revoke_grant(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const std::string grant_id = input.required_text("GrantId", rules::kGrantId);
  const bool dry_run = input.flag("DryRun");
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY(const Key* key, find_plain_key(front, call, key_id));
  const Grant* grant = front.state.grant(grant_id);
  if (grant == nullptr || grant->key_id != key->id) {
    return Fault("NotFoundException", "The key has no such grant.");
  }
  if (dry_run) {
    return dry_run_done();
  }
  TERCET_TRY_STATUS(stored(front.state.erase_grant(grant_id)));
  return no_output();
}

}  // namespace tercet::kms
