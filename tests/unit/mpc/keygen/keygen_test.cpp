#include <array>

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "core/secret/access.h"
#include "mpc/field/gf2_128.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/keygen/components.h"
#include "mpc/keygen/powers.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::ByteShares;
using mpc::PartyIndex;

OfParties<mpc::CrossCommitment> run_cross_commit(JointSession& session,
                                                 const mpc::KeyName& name,
                                                 const OfParties<ByteShares>& shares) {
  return all_ok(run_three<mpc::CrossCommitment>(session.network(), [&](PartyIndex i) {
    return mpc::cross_commit(session.party(i), name, shares[place(i)]);
  }));
}

/// What each party drew for its two peers, as the NONCE frames carry it.
class HolderDraws {
 public:
  explicit HolderDraws(RandomSource& random) {
    for (std::size_t i = 0; i < 3; ++i) {
      to_next[i] = SecretBytes::random(32, random);
      to_previous[i] = SecretBytes::random(32, random);
    }
  }

  mpc::HolderBytes seen_by(PartyIndex party) const {
    return mpc::HolderBytes(to_next[place(party)],
                            to_previous[place(mpc::next(party))],
                            to_previous[place(party)],
                            to_next[place(mpc::previous(party))]);
  }

  std::array<SecretBytes, 3> to_next;
  std::array<SecretBytes, 3> to_previous;
};

OfParties<ByteShares> create(JointSession& session,
                             const mpc::KeyName& name,
                             const HolderDraws& draws) {
  OfParties<ByteShares> out;
  for (const PartyIndex i : mpc::kAllParties) {
    out[place(i)] = mpc::create_components(session.party(i), name, draws.seen_by(i)).value();
  }
  return out;
}

TEST(CreateComponents, AreEqualAtBothHoldersAndDependOnBoth) {
  EngineCluster cluster(11);
  const auto session = cluster.session();
  HolderDraws draws(cluster.random());
  const Bytes key = opened(create(*session, cluster.key_name(), draws));
  EXPECT_EQ(key.size(), mpc::kKeyBytes);

  draws.to_next[0] = SecretBytes::random(32, cluster.random());
  EXPECT_NE(opened(create(*session, cluster.key_name(), draws)), key);
  draws.to_previous[1] = SecretBytes::random(32, cluster.random());
  EXPECT_NE(opened(create(*session, cluster.key_name(), draws)), key);
}

TEST(CreateComponents, DifferBySession) {
  EngineCluster cluster(12);
  const HolderDraws draws(cluster.random());
  const auto one = cluster.session();
  const auto other = cluster.session();
  EXPECT_NE(opened(create(*one, cluster.key_name(), draws)),
            opened(create(*other, cluster.key_name(), draws)));
}

TEST(CreateComponents, RefuseContributionsOfAnotherLength) {
  EngineCluster cluster(13);
  const auto session = cluster.session();
  HolderDraws draws(cluster.random());
  draws.to_previous[1] = SecretBytes(31);
  const auto made = mpc::create_components(
      session->party(PartyIndex::p1), cluster.key_name(), draws.seen_by(PartyIndex::p1));
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), Errc::peer_malformed);
}

TEST(CrossCommit, LeavesTheHashOfTheMissingComponentInOneHop) {
  EngineCluster cluster(14);
  const auto session = cluster.session();
  const OfParties<ByteShares> shares = split(Bytes(32, 0x5a), cluster.random());
  const auto left = run_cross_commit(*session, cluster.key_name(), shares);
  EXPECT_EQ(session->network().hops(), 1U);

  for (const PartyIndex i : mpc::kAllParties) {
    const PartyIndex missing = mpc::previous(i);  // held by P(i-1) as own
    const ByteView salts = left[place(missing)].salts.expose(SecretAccess::grant());
    const auto expected = mpc::component_commitment(
        cluster.key_name(), missing, salts.first(32), own_of(shares[place(missing)]));
    EXPECT_EQ(left[place(i)].missing_hash, expected);
  }
}

TEST(Powers, EqualRepeatedProducts) {
  EngineCluster cluster(15);
  const auto session = cluster.session();
  Bytes h(16);
  cluster.random().fill(h);
  OfParties<ByteShares> shares = split(h, cluster.random());
  OfParties<mpc::BlockShares> elements;
  for (std::size_t i = 0; i < 3; ++i) {
    elements[i] = mpc::BlockShares(std::move(shares[i]));
  }
  auto powers = all_ok(run_three<mpc::BlockShares>(session->network(), [&](PartyIndex i) {
    return mpc::powers_of(session->party(i), cluster.key_name(), elements[place(i)], 64);
  }));
  const Bytes all =
      opened({std::move(powers[0].bytes), std::move(powers[1].bytes), std::move(powers[2].bytes)});
  const mpc::Block128 base = mpc::load_block(h);
  mpc::Block128 expected = base;
  for (std::size_t n = 0; n < 64; ++n) {
    EXPECT_EQ(mpc::load_block(ByteView(all).subspan(n * 16, 16)), expected) << n + 1;
    expected = mpc::multiply(expected, base);
  }
}

TEST(Derive, FirstPowerIsTheEncryptionOfZero) {
  EngineCluster cluster(16);
  const Bytes key(32, 0x42);
  const ThreeKeys keys = cluster.derive_key(key);
  const Bytes h = opened({keys[0]->h_powers().slice(0, 1).bytes.clone(),
                          keys[1]->h_powers().slice(0, 1).bytes.clone(),
                          keys[2]->h_powers().slice(0, 1).bytes.clone()});
  EXPECT_EQ(to_hex(h), to_hex(aes256_block(key, Bytes(16))));
  EXPECT_EQ(keys[0]->derived(), keys[1]->derived());
}

TEST(KeyCheck, IsTheEncryptionOfTheCheckBlock) {
  EngineCluster cluster(17);
  const Bytes key(32, 0x17);
  const ThreeKeys keys = cluster.derive_key(key);
  const auto session = cluster.session();
  auto vectors = cluster.vectors(mpc::kKeyCheckVectors);
  const auto values = all_ok(run_three<mpc::KeyCheckValue>(session->network(), [&](PartyIndex i) {
    return mpc::key_check(
        session->party(i), cluster.key_name(), keys[place(i)], std::move(vectors[place(i)]));
  }));
  const auto expected = aes256_block(key, mpc::key_check_block());
  for (const mpc::KeyCheckValue& value : values) {
    EXPECT_EQ(to_hex(value), to_hex(ByteView(expected).first(4)));
  }
  EXPECT_EQ(session->network().hops(), 14U);
}

}  // namespace
}  // namespace tercet::test
