#pragma once

#include "node/decision/vote.h"
#include "tests/sim/cluster/cluster.h"

namespace tercet::sim {

/// A node that lies about decisions. What its process says of them reaches nobody; instead it says
/// to each peer, when the test chooses, what it could sign. In all else it behaves.
class CorruptNode {
 public:
  /// From now on, until `cluster.heal()`.
  CorruptNode(Cluster& cluster, Site site);

  /// Its vote, signed, to this peer alone. False if there is no link.
  bool say(Site to, const node::DecisionName& decision, node::VoteForm form);

 private:
  Cluster* cluster_;
  Site site_;
};

}  // namespace tercet::sim
