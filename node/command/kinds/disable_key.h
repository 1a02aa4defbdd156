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

/// Blocks a key: the kill switch. Two unwilling nodes stop every operation with it.
class DisableKey {
 public:
  static constexpr std::string_view kKind = "disable_key";
  static constexpr CommandForm kForm = CommandForm::block;
  static constexpr std::string_view kDone = "disabled: no two nodes will use it any more";

  DisableKey() = default;

  explicit DisableKey(KeyId key_id) : key(std::move(key_id)) {}

  void print(nlohmann::json& into) const;
  static Result<DisableKey> parse(Members& from);
  /// `id` and `overrides`: the command's.
  void apply(const CommandId& id, const std::vector<CommandId>& overrides, KeyBlocks& to) const;

  KeyId key;
};

}  // namespace tercet::node
