#include "node/command/kinds/enable_key.h"

#include "node/command/key_blocks.h"

namespace tercet::node {

void EnableKey::print(nlohmann::json& /*into*/) const {}

Result<EnableKey> EnableKey::parse(Members& /*from*/) {
  return EnableKey();
}

void EnableKey::apply(const CommandId& /*id*/,
                      const std::vector<CommandId>& overrides,
                      KeyBlocks& to) const {
  to.lift(key, overrides);
}

}  // namespace tercet::node
