#pragma once

#include <string_view>

#include "mpc/party.h"
#include "node/model/held_counts.h"

namespace tercet::node {

/// What nodes tell each other of how much they hold, so that a node that was started with an old
/// directory is noticed, at itself and at its peers (rule Q5). Opaque to the link; node/admin
/// implements it. Threads: the service's executor only.
class HoldingExchange {
 public:
  virtual ~HoldingExchange() = default;
  virtual HoldingWord word_to(mpc::PartyIndex peer) const = 0;
  virtual void hear(mpc::PartyIndex from, const HoldingWord& word) = 0;
  /// The peer has that version settled, and it is not known here, nor is a decision open that could
  /// explain it. `version`: a version_name.
  virtual void missing(mpc::PartyIndex at, std::string_view version) = 0;
};

}  // namespace tercet::node
