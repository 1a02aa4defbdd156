#include "node/model/membership.h"

#include "core/base/check.h"

namespace tercet::node {

Membership Membership::of_cluster(const ClusterConfig& cluster) {
  Membership out;
  TERCET_CHECK(cluster.nodes.size() == out.members.size());
  out.number = cluster.membership;
  for (const ClusterConfig::Node& node : cluster.nodes) {
    Member& member = out.members.at(node.index - 1U);
    member.node_id = node.id;
    member.signing_key = node.signing_public_key;
    member.tls_pins = node.tls_pins;
  }
  return out;
}

std::optional<mpc::PartyIndex> Membership::party_named(std::string_view node_id) const {
  for (const mpc::PartyIndex party : mpc::kAllParties) {
    if (member(party).node_id == node_id) {
      return party;
    }
  }
  return std::nullopt;
}

}  // namespace tercet::node
