#pragma once

#include <string>
#include <string_view>

#include "tests/kms/state.h"

namespace tercet::kms {

/// ARNs of one account and Region, and what a KeyId parameter means.
/// Source:  kms-front-end reference, section 3.
class Names {
 public:
  Names(std::string region, std::string account)
      : region_(std::move(region)), account_(std::move(account)) {}

  const std::string& region() const { return region_; }

  const std::string& account() const { return account_; }

  std::string key_arn(const std::string& key_id) const;
  std::string alias_arn(const std::string& alias_name) const;
  std::string root_arn() const;
  std::string user_arn(const std::string& user) const;

  /// The key that `text` names: an id, an ARN, an alias or an alias ARN. Valid until the next
  /// change of the state. Errors: NotFoundException.
  Checked<const Key*> find_key(const State& state, const std::string& text) const;
  /// The same for operations that take no alias. Errors: NotFoundException, InvalidArnException.
  Checked<const Key*> find_key_without_alias(const State& state, const std::string& text) const;

 private:
  /// "key/..." or "alias/..." of an ARN of ours; other text as it is. Empty: of another place.
  std::string resource(const std::string& text) const;

  std::string region_;
  std::string account_;
};

}  // namespace tercet::kms
