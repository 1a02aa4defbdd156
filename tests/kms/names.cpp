#include "tests/kms/names.h"

namespace tercet::kms {
namespace {

constexpr std::string_view kKeyPrefix = "key/";
constexpr std::string_view kAliasPrefix = "alias/";

Fault not_found(const std::string& text) {
  return Fault(
      "NotFoundException",
      (text.starts_with(kAliasPrefix) || text.find(":alias/") != std::string::npos ? "Alias '"
                                                                                   : "Key '") +
          text + "' does not exist");
}

}  // namespace

std::string Names::key_arn(const std::string& key_id) const {
  return "arn:aws:kms:" + region_ + ":" + account_ + ":key/" + key_id;
}

std::string Names::alias_arn(const std::string& alias_name) const {
  return "arn:aws:kms:" + region_ + ":" + account_ + ":" + alias_name;
}

std::string Names::root_arn() const {
  return "arn:aws:iam::" + account_ + ":root";
}

std::string Names::user_arn(const std::string& user) const {
  return "arn:aws:iam::" + account_ + ":user/" + user;
}

std::string Names::resource(const std::string& text) const {
  if (!text.starts_with("arn:")) {
    return text.starts_with(kAliasPrefix) ? text : std::string(kKeyPrefix) + text;
  }
  const std::string ours = "arn:aws:kms:" + region_ + ":" + account_ + ":";
  return text.starts_with(ours) ? text.substr(ours.size()) : std::string();
}

Checked<const Key*> Names::find_key(const State& state, const std::string& text) const {
  std::string named = resource(text);
  if (named.starts_with(kAliasPrefix)) {
    const Alias* alias = state.alias(named);
    if (alias == nullptr) {
      return not_found(text);
    }
    named = std::string(kKeyPrefix) + alias->key_id;
  }
  const Key* key =
      named.starts_with(kKeyPrefix) ? state.key(named.substr(kKeyPrefix.size())) : nullptr;
  if (key == nullptr) {
    return not_found(text);
  }
  return key;
}

Checked<const Key*> Names::find_key_without_alias(const State& state,
                                                  const std::string& text) const {
  if (resource(text).starts_with(kAliasPrefix)) {
    return Fault("InvalidArnException", "This operation takes a key id or key ARN, no alias.");
  }
  return find_key(state, text);
}

}  // namespace tercet::kms
