#pragma once

#include <string_view>
#include <vector>

#include "node/keymaking/key_life.h"

namespace tercet::sim {

/// The life of keys with one rule taken out (node/decision/life_rules.h).
class WeakenedRule {
 public:
  std::string_view name;
  const node::KeyLife* life;
};

/// Those that a simulation can take out now.
const std::vector<WeakenedRule>& weakened_rules();

/// Null if there is no such rule.
const node::KeyLife* life_without(std::string_view rule);

}  // namespace tercet::sim
