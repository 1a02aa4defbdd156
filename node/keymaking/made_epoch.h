#pragma once

#include "node/store/key_types.h"
#include "node/store/share_store.h"

namespace tercet::node {

/// What a session made at this node, in memory until this node votes for it.
class MadeEpoch {
 public:
  MadeEpoch() = default;
  EpochRecord record;
  EpochShares shares;  ///< secret
};

}  // namespace tercet::node
