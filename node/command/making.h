#pragma once

#include <optional>

#include "core/base/ids.h"
#include "node/command/import_payload.h"
#include "node/model/key_terms.h"

namespace tercet::node {

/// What a command of the form CommandForm::making asks the three nodes to make.
class Making {
 public:
  Making() = default;
  KeyId key;
  KeyVersion version{1};
  std::optional<KeyTerms> terms;        ///< empty: those of the version before
  std::optional<ImportPayload> import;  ///< empty: the nodes draw the bytes together
};

}  // namespace tercet::node
