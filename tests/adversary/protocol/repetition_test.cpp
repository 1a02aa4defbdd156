// Attack 6 of protocol.md 13 at the level of the protocols: what a node that was restarted or
// resumed would repeat, and why it does not. Links and generations: tests/sim/resumed_node_test.cpp
// and tests/unit/node/link.

#include <gtest/gtest.h>

#include "mpc/onehot/batch.h"
#include "mpc/session/agreement.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

constexpr std::size_t kVectors = 256;

/// The opened sum of a value and the first mask of a batch made in this session.
class MaskedOpening {
 public:
  MaskedOpening(const OfParties<mpc::PairSecrets>& secrets,
                const SessionId& sid,
                std::uint8_t value) {
    JointSession session(secrets, {sid, sid, sid});
    auto batches = all_ok(run_three<mpc::OneHotBatch>(session.network(), [&](PartyIndex i) {
      return mpc::make_batch(session.party(i), kVectors);
    }));
    OfParties<mpc::ByteShares> masks;
    for (std::size_t i = 0; i < masks.size(); ++i) {
      const mpc::VectorRange range = batches[i].take(0, kVectors).value();
      masks[i] = range.masks().clone();
    }
    masks_ = test::opened(masks);
    opened_ = static_cast<std::uint8_t>(masks_[0] ^ value);
  }

  const Bytes& masks() const { return masks_; }

  std::uint8_t opened() const { return opened_; }

 private:
  Bytes masks_;
  std::uint8_t opened_ = 0;
};

constexpr std::uint8_t kValueA = 0x1d;
constexpr std::uint8_t kValueB = 0xe2;

/// Nothing but the names keeps vectors apart: under one sid and one set of pair secrets a batch is
/// made again, bit for bit, and two openings under it tell the XOR of two secrets.
TEST(Attack_6_Repetition, OfSidAndPairSecretsRepeatsVectors) {
  const auto secrets = test_pair_secrets(6);
  const SessionId sid = EngineCluster(6).fresh_sid();
  const MaskedOpening before(secrets, sid, kValueA);
  const MaskedOpening after(secrets, sid, kValueB);
  EXPECT_EQ(before.masks(), after.masks());
  EXPECT_EQ(before.opened() ^ after.opened(), kValueA ^ kValueB);
}

/// A restart makes new pair secrets: even a sid that came again would repeat nothing.
TEST(Attack_6_Repetition, IsImpossibleUnderOtherPairSecrets) {
  const SessionId sid = EngineCluster(6).fresh_sid();
  const MaskedOpening before(test_pair_secrets(6), sid, kValueA);
  const MaskedOpening after(test_pair_secrets(7), sid, kValueB);
  EXPECT_NE(before.masks(), after.masks());
}

mpc::SessionIdentity identity_of_a_batch() {
  mpc::SessionIdentity identity;
  identity.operation = "batch";
  identity.plan = Bytes(8, 0x11);
  return identity;
}

/// Agreements on one proposal, in which P2 draws the same "random" nonce each time.
OfParties<mpc::Agreed> agree_with_resumed_p2(std::uint64_t seed_of_others) {
  MemoryNetwork network;
  const mpc::SessionIdentity identity = identity_of_a_batch();
  const mpc::PeerContributions nothing;
  DeterministicRandom random_1(2 * seed_of_others);
  DeterministicRandom resumed(std::uint64_t{99});
  DeterministicRandom random_3(2 * seed_of_others + 1);
  const OfParties<RandomSource*> randoms = {&random_1, &resumed, &random_3};
  return all_ok(run_three<mpc::Agreed>(network, [&](PartyIndex i) {
    return mpc::agree<mpc::FullDefences>(network.channel(i), identity, *randoms[place(i)], nothing);
  }));
}

/// A node that was resumed from an image repeats its own nonce; the others' make the sid new.
TEST(Attack_6_Repetition, OfOneNodesNonceMakesNoOldSid) {
  const OfParties<mpc::Agreed> before = agree_with_resumed_p2(1);
  const OfParties<mpc::Agreed> after = agree_with_resumed_p2(2);
  ASSERT_EQ(before[1].nonces[1], after[1].nonces[1]);
  EXPECT_NE(before[1].sid, after[1].sid);
  EXPECT_EQ(after[0].sid, after[1].sid);
  EXPECT_EQ(after[1].sid, after[2].sid);
}

/// A sid over the opener's nonce alone would come again.
TEST(Attack_6_Repetition, OfTheOnlyNonceMakesAnOldSid) {
  const auto sid_over_nonce_of_p2 = [](const OfParties<mpc::Agreed>& agreed) {
    std::array<mpc::AgreementNonce, 3> nonces{};
    nonces[1] = agreed[1].nonces[1];
    return mpc::session_id(identity_of_a_batch(), nonces);
  };
  EXPECT_EQ(sid_over_nonce_of_p2(agree_with_resumed_p2(1)),
            sid_over_nonce_of_p2(agree_with_resumed_p2(2)));
}

}  // namespace
}  // namespace tercet::test
