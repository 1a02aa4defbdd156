// Attack 2 of protocol.md 13 in sessions under agreement: corrupt P1 shows P2 and P3 different
// proposals or nonces, so that they go on in different sessions.

#include <gtest/gtest.h>

#include "mpc/session/agreement.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

struct WithoutSidComparison : mpc::FullDefences {
  static constexpr bool compare_sids = false;
};

class Attack_2_Agreement : public ::testing::Test {
 protected:
  Attack_2_Agreement() {
    for (mpc::SessionIdentity& identity : identities_) {
      identity.operation = "lease";
      identity.opener = "proxy-1";
      identity.plan = Bytes(4, 0x02);
    }
  }

  template <class Defences>
  void play() {
    const mpc::PeerContributions nothing;
    ends_ = run_three<mpc::Agreed>(network_, [&](PartyIndex i) {
      return mpc::agree<Defences>(
          network_.channel(i), identities_[place(i)], *randoms_[place(i)], nothing);
    });
  }

  Errc reason(PartyIndex honest) const {
    const Result<mpc::Agreed>& end = *ends_[place(honest)];
    return end.ok() ? Errc::internal : end.error().code();
  }

  /// P1 says another nonce to P3 than to P2, who both hear the same otherwise.
  static std::optional<Bytes> two_nonces(PartyIndex to, mpc::Step step, Bytes payload) {
    constexpr std::size_t kInNonce = 40;  // behind the proposal's hash
    if (to == PartyIndex::p3 && step.label == mpc::Label::nonce) {
      payload[kInNonce] ^= 1U;
    }
    return payload;
  }

  OfParties<mpc::SessionIdentity> identities_;
  DeterministicRandom random_1_{std::uint64_t{1}};
  DeterministicRandom random_2_{std::uint64_t{2}};
  DeterministicRandom random_3_{std::uint64_t{3}};
  OfParties<RandomSource*> randoms_ = {&random_1_, &random_2_, &random_3_};
  MemoryNetwork network_;
  ThreeResults<mpc::Agreed> ends_;
};

TEST_F(Attack_2_Agreement, OnDifferentPlansFails) {
  identities_[place(PartyIndex::p3)].plan = Bytes(4, 0x03);
  play<mpc::FullDefences>();
  EXPECT_EQ(reason(PartyIndex::p2), Errc::session_mismatch);
  EXPECT_EQ(reason(PartyIndex::p3), Errc::session_mismatch);
}

TEST_F(Attack_2_Agreement, OnDifferentNoncesFails) {
  network_.corrupt(PartyIndex::p1, two_nonces);
  play<mpc::FullDefences>();
  EXPECT_EQ(reason(PartyIndex::p2), Errc::session_mismatch);
  EXPECT_EQ(reason(PartyIndex::p3), Errc::session_mismatch);
}

/// Then P2 and P3 draw different values for the component that they alone hold.
TEST_F(Attack_2_Agreement, OnDifferentNoncesSplitsTheHonestPairWithoutComparison) {
  network_.corrupt(PartyIndex::p1, two_nonces);
  play<WithoutSidComparison>();
  const SessionId& sid_2 = ends_[place(PartyIndex::p2)]->value().sid;
  const SessionId& sid_3 = ends_[place(PartyIndex::p3)]->value().sid;
  ASSERT_NE(sid_2, sid_3);
  const auto secrets = test_pair_secrets(2);
  JointSession session(secrets, {sid_2, sid_2, sid_3});
  const auto at_2 = session.party(PartyIndex::p2).random_shares(mpc::kUseVectorBits, 0, 32);
  const auto at_3 = session.party(PartyIndex::p3).random_shares(mpc::kUseVectorBits, 0, 32);
  EXPECT_NE(next_of(at_2), own_of(at_3));
}

}  // namespace
}  // namespace tercet::test
