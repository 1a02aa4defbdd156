#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/command/form.h"
#include "node/command/making.h"
#include "node/model/key_terms.h"

namespace tercet::node {

class Members;

/// Makes a new key in a joint session; no machine ever knows it.
class CreateKey {
 public:
  static constexpr std::string_view kKind = "create_key";
  static constexpr CommandForm kForm = CommandForm::making;
  static constexpr std::string_view kDone = "created at all three nodes";

  CreateKey() = default;

  explicit CreateKey(KeyId key_id) : key(std::move(key_id)) {}

  void print(nlohmann::json& into) const;
  static Result<CreateKey> parse(Members& from);
  Making making() const;

  KeyId key;
  KeyTerms terms;
};

/// Of every kind that states terms. Errors: invalid_argument.
void print_terms(nlohmann::json& into, const KeyTerms& terms);
Result<KeyTerms> parse_terms(Members& from);

}  // namespace tercet::node
