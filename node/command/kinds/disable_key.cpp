#include "node/command/kinds/disable_key.h"

#include "node/command/key_blocks.h"

namespace tercet::node {

void DisableKey::print(nlohmann::json& /*into*/) const {}

Result<DisableKey> DisableKey::parse(Members& /*from*/) {
  return DisableKey();
}

void DisableKey::apply(const CommandId& id,
                       const std::vector<CommandId>& /*overrides*/,
                       KeyBlocks& to) const {
  to.block(key, id);
}

}  // namespace tercet::node
