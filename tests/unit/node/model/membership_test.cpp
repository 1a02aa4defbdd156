#include "node/model/membership.h"

#include <gtest/gtest.h>

#include "core/config/cluster_config.h"
#include "core/random/deterministic.h"

namespace tercet::node {
namespace {

TEST(Membership, BeginsAsTheClusterFileSays) {
  DeterministicRandom random(1);
  ClusterConfig cluster;
  cluster.membership = MembershipNumber(7);
  for (std::uint8_t index = 1; index <= 3; ++index) {
    ClusterConfig::Node node;
    node.id = "node-" + std::to_string(index);
    node.index = index;
    node.signing_public_key = SigningKey::generate(random).public_key();
    node.tls_pins.emplace_back(random.array<32>());
    cluster.nodes.push_back(std::move(node));
  }
  const Membership membership = Membership::of_cluster(cluster);
  EXPECT_EQ(membership.number, MembershipNumber(7));
  for (const ClusterConfig::Node& node : cluster.nodes) {
    const std::optional<mpc::PartyIndex> party = membership.party_named(node.id);
    ASSERT_TRUE(party.has_value());
    EXPECT_EQ(mpc::number(*party), node.index);
    EXPECT_EQ(membership.member(*party).signing_key, node.signing_public_key);
    EXPECT_EQ(membership.member(*party).tls_pins, node.tls_pins);
  }
  EXPECT_EQ(membership.party_named("node-4"), std::nullopt);
}

}  // namespace
}  // namespace tercet::node
