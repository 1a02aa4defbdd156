#pragma once

#include <array>
#include <optional>

#include "core/base/result.h"
#include "mpc/party.h"

namespace tercet::proxy {

/// A node that alone refuses, for a reason that the others do not share: its copy of a key is
/// damaged, its clock is off, its cluster file another. Not proof of anything; for log and metrics.
struct Dissent {
  mpc::PartyIndex node = mpc::PartyIndex::p1;
  Errc reason = Errc::internal;
};

/// What becomes of a request for which all three nodes have spoken and no two said the same.
struct Disagreement {
  /// timeout: all that was named is lateness or load, which each node meets at another place.
  /// peer_aborted: one node has a reason of its own (`alone`), the others none.
  /// internal: anything else, as where machines or nodes are corrupt.
  Errc code = Errc::internal;
  std::optional<Dissent> alone;

  Error error() const;
};

/// What a node that is late, or has no room, makes of a request: no word about the request itself.
bool is_late_or_full(Errc code);

/// `named`: the reason that each node gives; none where a peer's abort is all it knows.
Disagreement judge(const std::array<std::optional<Errc>, 3>& named);

}  // namespace tercet::proxy
