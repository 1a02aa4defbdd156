#include "tests/kms/aliases.h"

#include <algorithm>
#include <utility>

#include "tests/kms/keys.h"
#include "tests/kms/paging.h"
#include "tests/kms/rules.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kAliasesMax = 50;
constexpr std::size_t kAliasesListed = 50;
constexpr std::size_t kAliasesListedMax = 100;

Verdict check_name(const std::string& name) {
  constexpr std::string_view kPrefix = "alias/";
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size() ||
      name.find(':') != std::string::npos) {
    return Fault("ValidationException",
                 "An alias name begins with alias/, is longer than that, and has no colon.");
  }
  if (name.starts_with("alias/aws/")) {
    return Fault("NotAuthorizedException", "Names that begin with alias/aws/ are reserved.");
  }
  return fine();
}

/// By id or ARN; an alias of an alias does not exist.
Checked<const Key*> find_target(const Front& front, Call& call, const std::string& text) {
  if (text.starts_with("alias/") || text.find(":alias/") != std::string::npos) {
    return Fault("NotFoundException", "Key '" + text + "' does not exist");
  }
  return find_plain_key(front, call, text);
}

Verdict check_room(const State& state, const Key& key) {
  const auto count =
      std::count_if(state.aliases().begin(), state.aliases().end(), [&](const auto& entry) {
        return entry.second.key_id == key.id;
      });
  if (count >= static_cast<std::ptrdiff_t>(kAliasesMax)) {
    return Fault("LimitExceededException", "The key has 50 aliases already.");
  }
  return fine();
}

}  // namespace

Answer create_alias(Front& front, Call& call) {
  Input input(call.input);
  Alias alias;
  alias.name = input.required_text("AliasName", rules::kAliasName);
  const std::string target = input.required_text("TargetKeyId", rules::kKeyId);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY_STATUS(check_name(alias.name));
  TERCET_TRY(const Key* key, find_target(front, call, target));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  if (front.state.alias(alias.name) != nullptr) {
    return Fault("AlreadyExistsException", "The alias '" + alias.name + "' exists already.");
  }
  TERCET_TRY_STATUS(check_room(front.state, *key));
  alias.key_id = key->id;
  alias.created_ms = front.now_ms();
  alias.updated_ms = alias.created_ms;
  TERCET_TRY_STATUS(stored(front.state.put(alias)));
  return no_output();
}

Answer update_alias(Front& front, Call& call) {
  Input input(call.input);
  const std::string name = input.required_text("AliasName", rules::kAliasName);
  const std::string target = input.required_text("TargetKeyId", rules::kKeyId);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY_STATUS(check_name(name));
  const Alias* alias = front.state.alias(name);
  if (alias == nullptr) {
    return Fault("NotFoundException", "Alias '" + name + "' does not exist");
  }
  TERCET_TRY(const Key* key, find_target(front, call, target));
  TERCET_TRY_STATUS(check_not_pending(front, *key));
  if (alias->key_id != key->id) {
    TERCET_TRY_STATUS(check_room(front.state, *key));
  }
  Alias changed = *alias;
  changed.key_id = key->id;
  changed.updated_ms = front.now_ms();
  TERCET_TRY_STATUS(stored(front.state.put(changed)));
  return no_output();
}

Answer delete_alias(Front& front, Call& call) {
  Input input(call.input);
  const std::string name = input.required_text("AliasName", rules::kAliasName);
  TERCET_TRY_STATUS(input.done());
  TERCET_TRY_STATUS(check_name(name));
  const Alias* alias = front.state.alias(name);
  if (alias == nullptr) {
    return Fault("NotFoundException", "Alias '" + name + "' does not exist");
  }
  note_key(front, call, *front.state.key(alias->key_id));
  TERCET_TRY_STATUS(stored(front.state.erase_alias(name)));
  return no_output();
}

Answer list_aliases(Front& front, Call& call) {
  Input input(call.input);
  const std::optional<std::string> key_id = input.text("KeyId", rules::kKeyId);
  const Page page(input, "aliases", kAliasesListed, kAliasesListedMax);
  TERCET_TRY_STATUS(input.done());
  std::string only;
  if (key_id) {
    TERCET_TRY(const Key* key, find_plain_key(front, call, *key_id));
    only = key->id;
  }
  std::vector<std::pair<std::string, Json>> entries;
  for (const auto& [name, alias] : front.state.aliases()) {
    if (only.empty() || alias.key_id == only) {
      entries.emplace_back(name,
                           Json{{"AliasName", name},
                                {"AliasArn", front.names.alias_arn(name)},
                                {"TargetKeyId", alias.key_id},
                                {"CreationDate", api_time(alias.created_ms)},
                                {"LastUpdatedDate", api_time(alias.updated_ms)}});
    }
  }
  return page.cut("Aliases", std::move(entries));
}

}  // namespace tercet::kms
