#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/command/form.h"
#include "node/command/import_payload.h"
#include "node/command/making.h"
#include "node/model/key_terms.h"

namespace tercet::node {

class Members;

/// Makes a key of bytes that the importer split and sealed to the nodes.
class ImportKey {
 public:
  static constexpr std::string_view kKind = "import_key";
  static constexpr CommandForm kForm = CommandForm::making;
  static constexpr std::string_view kDone = "imported at all three nodes";

  ImportKey() = default;

  explicit ImportKey(KeyId key_id) : key(std::move(key_id)) {}

  void print(nlohmann::json& into) const;
  static Result<ImportKey> parse(Members& from);
  Making making() const;

  KeyId key;
  KeyTerms terms;
  ImportPayload payload;
};

}  // namespace tercet::node
