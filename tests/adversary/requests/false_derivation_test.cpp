// Attack 7 of protocol.md 13, as far as one session that makes a key goes: a false power of H, a
// false vector of round key 0, a false component, at the hands of corrupt P1.

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "mpc/aes/ctr_block.inl.h"
#include "mpc/aes/key_schedule.inl.h"
#include "mpc/keygen/components.inl.h"
#include "mpc/keygen/derive.inl.h"
#include "mpc/keygen/powers.inl.h"
#include "mpc/open/opening.inl.h"
#include "mpc/session/party_context.inl.h"
#include "mpc/verify/products.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::ByteShares;
using mpc::Label;
using mpc::PartyIndex;

struct WithoutVerifiedPowers : mpc::FullDefences {
  static constexpr bool verify_powers = false;
};

struct WithoutComparison : mpc::FullDefences {
  static constexpr bool compare_copies = false;
  static constexpr bool transcript = false;
};

struct WithoutCrossCommitments : mpc::FullDefences {
  static constexpr bool cross_commitments = false;
};

/// Flips a bit in P1's `nth` message of a kind to each peer (from 1); elsewhere it plays by the
/// rules.
MemoryNetwork::Tamper flip_nth(Label label, std::size_t nth) {
  return [label, nth, seen = std::array<std::size_t, 3>{}](
             PartyIndex to, mpc::Step step, Bytes payload) mutable -> std::optional<Bytes> {
    if (step.label == label && ++seen[place(to)] == nth) {
      payload.back() ^= 0x04;
    }
    return payload;
  };
}

using Derived = std::shared_ptr<const mpc::KeyMaterial>;

/// Derives a key while P1 tampers.
class DeriveUnderAttack {
 public:
  template <class Defences>
  ThreeResults<Derived> play(MemoryNetwork::Tamper tamper) {
    const auto session = cluster_.session();
    session->network().corrupt(PartyIndex::p1, std::move(tamper));
    auto shares = split(key, cluster_.random());
    auto vectors = cluster_.vectors(mpc::kDeriveVectors);
    return run_three<Derived>(session->network(), [&](PartyIndex i) {
      return mpc::derive<Defences>(session->party(i),
                                   cluster_.key_name(),
                                   std::move(shares[place(i)]),
                                   std::move(vectors[place(i)]));
    });
  }

  const Bytes key = Bytes(32, 0x77);

 private:
  EngineCluster cluster_{7};
};

bool honest_ones_aborted(const ThreeResults<Derived>& ends) {
  const auto failed = [&ends](PartyIndex honest) {
    const auto& end = ends[place(honest)];
    return end.has_value() && !end->ok();
  };
  return failed(PartyIndex::p2) && failed(PartyIndex::p3);
}

/// H^3 as P2 and P3 hold it together.
Bytes third_power(const ThreeResults<Derived>& ends) {
  const ByteShares at_2 =
      ends[place(PartyIndex::p2)]->value()->h_powers().slice(2, 1).bytes.clone();
  const ByteShares at_3 =
      ends[place(PartyIndex::p3)]->value()->h_powers().slice(2, 1).bytes.clone();
  return xor_of(xor_of(own_of(at_2), next_of(at_2)), next_of(at_3));
}

Bytes true_third_power(ByteView key) {
  const auto h_bytes = aes256_block(key, Bytes(16));
  const mpc::Block128 h = mpc::load_block(h_bytes);
  Bytes out(16);
  mpc::store_block(out, mpc::multiply(h, mpc::multiply(h, h)));
  return out;
}

TEST(Attack_7_FalsePowerOfH, Aborts) {
  DeriveUnderAttack attack;
  EXPECT_TRUE(honest_ones_aborted(attack.play<mpc::FullDefences>(flip_nth(Label::product, 1))));
}

TEST(Attack_7_FalsePowerOfH, IsAcceptedWithoutVerification) {
  DeriveUnderAttack attack;
  const auto ends = attack.play<WithoutVerifiedPowers>(flip_nth(Label::product, 1));
  ASSERT_FALSE(honest_ones_aborted(ends));
  EXPECT_NE(third_power(ends), true_third_power(attack.key));
}

TEST(Attack_7_FalsePowerOfH, TheHonestPowerIsTheTrueOne) {
  DeriveUnderAttack attack;
  const auto ends = attack.play<mpc::FullDefences>(flip_nth(Label::product, 0));
  EXPECT_EQ(third_power(ends), true_third_power(attack.key));
}

/// The opening of `k0 ^ r` while P1 sends both peers a false copy.
template <class Defences>
ThreeResults<mpc::OneHotVectors> first_round_under_attack() {
  EngineCluster cluster(6);
  const auto session = cluster.session();
  session->network().corrupt(PartyIndex::p1, flip_nth(Label::opening, 1));
  const auto round_keys = split(Bytes(mpc::kRoundKeyBytes, 0x76), cluster.random());
  auto vectors = cluster.vectors(mpc::kFirstRoundVectors);
  return run_three<mpc::OneHotVectors>(session->network(), [&](PartyIndex i) {
    return mpc::first_round_vectors<Defences>(
        session->party(i), round_keys[place(i)], std::move(vectors[place(i)]));
  });
}

TEST(Attack_7_FalseVectorOfRoundKey0, Aborts) {
  const auto ends = first_round_under_attack<mpc::FullDefences>();
  EXPECT_EQ(ends[place(PartyIndex::p2)]->error().code(), Errc::protocol_abort);
  EXPECT_EQ(ends[place(PartyIndex::p3)]->error().code(), Errc::protocol_abort);
}

TEST(Attack_7_FalseVectorOfRoundKey0, SplitsTheHonestPairWithoutComparison) {
  const auto ends = first_round_under_attack<WithoutComparison>();
  // component 3, which P1 lacks and would read secrets from
  EXPECT_NE(next_of(ends[place(PartyIndex::p2)]->value().bits),
            own_of(ends[place(PartyIndex::p3)]->value().bits));
}

/// Creation where P1 tells its two peers, or gives itself, another component than it should.
template <class Defences>
ThreeResults<mpc::CrossCommitment> commit_with(MemoryNetwork::Tamper tamper) {
  EngineCluster cluster(8);
  const auto session = cluster.session();
  session->network().corrupt(PartyIndex::p1, std::move(tamper));
  const auto shares = split(Bytes(32, 0x78), cluster.random());
  return run_three<mpc::CrossCommitment>(session->network(), [&](PartyIndex i) {
    return mpc::cross_commit<Defences>(session->party(i), cluster.key_name(), shares[place(i)]);
  });
}

TEST(Attack_7_FalseComponent, IsRefusedByTheNodeThatLacksIt) {
  // the last bytes of a statement are the commitment to what the receiver lacks
  const auto ends = commit_with<mpc::FullDefences>(flip_nth(Label::commitment, 1));
  EXPECT_EQ(ends[place(PartyIndex::p2)]->error().code(), Errc::protocol_abort);
  EXPECT_EQ(ends[place(PartyIndex::p3)]->error().code(), Errc::protocol_abort);
}

TEST(Attack_7_FalseComponent, IsStoredWithoutCrossCommitments) {
  const auto ends = commit_with<WithoutCrossCommitments>(flip_nth(Label::commitment, 1));
  EXPECT_TRUE(ends[place(PartyIndex::p2)]->ok());
  EXPECT_TRUE(ends[place(PartyIndex::p3)]->ok());
}

TEST(Attack_7_FalseComponent, OfTheHonestPairIsFoundByItsDigests) {
  EngineCluster cluster(9);
  const auto session = cluster.session();
  auto shares = split(Bytes(32, 0x79), cluster.random());
  const ByteShares other = split(Bytes(32, 0x79), cluster.random())[0].clone();
  shares[1].next = other.own.clone();  // P2's copy of component 3 is not P3's
  const auto ends = run_three<mpc::CrossCommitment>(session->network(), [&](PartyIndex i) {
    return mpc::cross_commit(session->party(i), cluster.key_name(), shares[place(i)]);
  });
  EXPECT_EQ(ends[place(PartyIndex::p2)]->error().code(), Errc::protocol_abort);
  EXPECT_EQ(ends[place(PartyIndex::p3)]->error().code(), Errc::protocol_abort);
}

}  // namespace
}  // namespace tercet::test
