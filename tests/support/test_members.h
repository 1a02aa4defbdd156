#pragma once

#include <string>
#include <vector>

#include "core/crypto/signature.h"
#include "core/random/deterministic.h"
#include "node/link/link_setup.h"
#include "node/model/membership.h"

namespace tercet::test {

/// The three nodes of test clusters: names and signing keys, the same in every run.
class TestMembers {
 public:
  TestMembers() {
    DeterministicRandom random(as_bytes("test members"));
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      keys_.push_back(SigningKey::generate(random));
      node::Member& member = membership_.members.at(keys_.size() - 1);
      member.node_id = "node-" + std::to_string(mpc::number(party));
      member.signing_key = keys_.back().public_key();
    }
  }

  static const TestMembers& get() {
    static const TestMembers members;
    return members;
  }

  const node::Membership& membership() const { return membership_; }

  const SigningKey& signing_key(mpc::PartyIndex party) const {
    return keys_.at(mpc::number(party) - 1U);
  }

  /// As the node of a cluster with the id of zeros.
  node::LinkIdentity identity(mpc::PartyIndex self) const {
    node::LinkIdentity identity;
    identity.self = self;
    identity.membership = membership_;
    identity.signing_key = &signing_key(self);
    return identity;
  }

 private:
  node::Membership membership_;
  std::vector<SigningKey> keys_;
};

}  // namespace tercet::test
