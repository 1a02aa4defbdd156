#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time/clock.h"
#include "node/decision/decision_book.h"

namespace tercet::node {

/// What `tercet status` says of one decision that is open at a node (docs/key-lifecycle.md, "When
/// something is stuck").
class DecisionReport {
 public:
  DecisionReport() = default;
  std::string kind;  ///< make, refresh, destroy
  std::string sid;
  std::vector<std::string> keys;       ///< "id version 2"
  std::int64_t open_s = 0;             ///< since this node voted, or started
  std::vector<std::string> waits_for;  ///< node ids
  std::string detail;                  ///< what is going on
  std::string to_do;                   ///< empty: nothing yet
};

/// How a decision stands towards one node.
class DecisionPeer {
 public:
  DecisionPeer() = default;
  std::string node_id;
  bool linked = false;
};

/// A linked node that has not answered for so long does not follow the protocol.
inline constexpr Milliseconds kAnswerLimit{60'000};

/// `peers`: of P1, P2, P3, this node among them.
DecisionReport describe(const OpenDecision& open,
                        const std::array<DecisionPeer, 3>& peers,
                        SteadyTime now);

}  // namespace tercet::node
