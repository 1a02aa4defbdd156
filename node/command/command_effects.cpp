#include "node/command/command_effects.h"

namespace tercet::node {

const CommandEffects& full_command_effects() {
  static const BasicCommandEffects<FullLifeRules> effects;
  return effects;
}

}  // namespace tercet::node
