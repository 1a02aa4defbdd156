#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/config/cluster_config.h"
#include "core/crypto/key_pin.h"
#include "core/crypto/signature.h"
#include "mpc/party.h"

namespace tercet::node {

/// One of the three nodes, and how it proves that it is that node.
class Member {
 public:
  Member() = default;
  std::string node_id;           ///< "node-1", as in its certificate
  PublicKey signing_key;         ///< of votes, receipts and link set-up
  std::vector<KeyPin> tls_pins;  ///< of the keys it may show in TLS
};

/// Who the nodes of the cluster are, and under which number (protocol.md 2). The
/// cluster file is its beginning; the number is part of every agreement's sid, every vote and
/// HELLO, so that nothing said under one membership counts under another. A value; any thread.
class Membership {
 public:
  Membership() = default;
  static Membership of_cluster(const ClusterConfig& cluster);

  const Member& member(mpc::PartyIndex party) const { return members[mpc::number(party) - 1U]; }

  /// Nothing where no member has this name.
  std::optional<mpc::PartyIndex> party_named(std::string_view node_id) const;

  MembershipNumber number{1};
  std::array<Member, 3> members;  ///< P1, P2, P3
};

}  // namespace tercet::node
