#include "node/keymaking/key_maker.inl.h"

namespace tercet::node {

template class BasicKeyMaker<FullLifeRules>;

}  // namespace tercet::node
