#include "node/keymaking/key_life.inl.h"

namespace tercet::node {

const KeyLife& full_key_life() {
  static const BasicKeyLife<FullLifeRules> life;
  return life;
}

}  // namespace tercet::node
