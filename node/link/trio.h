#pragma once

#include <array>

#include "core/base/ids.h"
#include "mpc/party.h"
#include "mpc/prf/pair_secret.h"

namespace tercet::node {

/// The public name of a pair secret (mpc/prf).
using PairName = mpc::PairSecretName;

/// What every session id covers of the three nodes: the membership's number, their generations and
/// the names of their pair secrets (protocol.md 2).
class Trio {
 public:
  Trio() = default;
  MembershipNumber membership{1};
  std::array<GenerationId, 3> generations;  ///< of P1, P2, P3
  std::array<PairName, 3> names;            ///< of the pairs 12, 23, 31
  bool operator==(const Trio&) const = default;

  /// The name of the secret of two different nodes.
  const PairName& name_of(mpc::PartyIndex a, mpc::PartyIndex b) const {
    return names[(mpc::next(a) == b ? number(a) : number(b)) - 1U];
  }
};

}  // namespace tercet::node
