#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/command/form.h"
#include "node/command/making.h"

namespace tercet::node {

class Members;

/// Makes the next version of a key, under its id and on the terms of the version before: the new
/// one encrypts, the old ones still decrypt. It names the version, so that of two rotations given
/// at once one fails instead of making two versions.
class RotateKey {
 public:
  static constexpr std::string_view kKind = "rotate_key";
  static constexpr CommandForm kForm = CommandForm::making;
  static constexpr std::string_view kDone = "rotated at all three nodes";

  RotateKey() = default;

  RotateKey(KeyId key_id, KeyVersion next) : key(std::move(key_id)), version(next) {}

  void print(nlohmann::json& into) const;
  static Result<RotateKey> parse(Members& from);
  Making making() const;

  KeyId key;
  KeyVersion version;  ///< to be made: 2 or more
};

}  // namespace tercet::node
