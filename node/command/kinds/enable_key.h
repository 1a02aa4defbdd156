#pragma once

#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/command/form.h"

namespace tercet::node {

class KeyBlocks;
class Members;

/// Lifts the blocks of a key that its head names.
class EnableKey {
 public:
  static constexpr std::string_view kKind = "enable_key";
  static constexpr CommandForm kForm = CommandForm::permit;
  static constexpr std::string_view kDone = "enabled";

  EnableKey() = default;

  explicit EnableKey(KeyId key_id) : key(std::move(key_id)) {}

  void print(nlohmann::json& into) const;
  static Result<EnableKey> parse(Members& from);
  /// `id` and `overrides`: the command's.
  void apply(const CommandId& id, const std::vector<CommandId>& overrides, KeyBlocks& to) const;

  KeyId key;
};

}  // namespace tercet::node
