#include <array>

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "mpc/aes/ctr_block.h"
#include "mpc/aes/key_schedule.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::ByteShares;
using mpc::PartyIndex;

// FIPS 197, A.3
constexpr std::string_view kFipsKey =
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
constexpr std::string_view kFipsRoundKey14 = "fe4890d1e6188d0b046df344706c631e";

OfParties<ByteShares> run_expansion(EngineCluster& cluster, ByteView key) {
  const auto session = cluster.session();
  const OfParties<ByteShares> shares = split(key, cluster.random());
  OfParties<mpc::VectorRange> vectors = cluster.vectors(mpc::kScheduleVectors);
  return all_ok(run_three<ByteShares>(session->network(), [&](PartyIndex i) {
    return mpc::expand_key(session->party(i), shares[place(i)], std::move(vectors[place(i)]));
  }));
}

TEST(KeySchedule, EqualsFips197) {
  EngineCluster cluster(1);
  const Bytes key = from_hex(kFipsKey).value();
  const Bytes round_keys = opened(run_expansion(cluster, key));
  EXPECT_EQ(to_hex(ByteView(round_keys).first(32)), kFipsKey);
  EXPECT_EQ(to_hex(ByteView(round_keys).last(16)), kFipsRoundKey14);
}

TEST(KeySchedule, Takes13Hops) {
  EngineCluster cluster(2);
  const auto session = cluster.session();
  const OfParties<ByteShares> shares = split(Bytes(32), cluster.random());
  OfParties<mpc::VectorRange> vectors = cluster.vectors(mpc::kScheduleVectors);
  all_ok(run_three<ByteShares>(session->network(), [&](PartyIndex i) {
    return mpc::expand_key(session->party(i), shares[place(i)], std::move(vectors[place(i)]));
  }));
  EXPECT_EQ(session->network().hops(), 13U);
}

TEST(EncryptBlocks, EqualOpenSslForBlocksThatShareBytes) {
  EngineCluster cluster(3);
  const Bytes key = from_hex(kFipsKey).value();
  const ThreeKeys keys = cluster.derive_key(key);
  Bytes blocks(5 * mpc::kAesBlockBytes);
  cluster.random().fill(MutableByteView(blocks).first(32));
  blocks[48] = blocks[64] = 0xff;  // the last three are alike but for the first and the last byte
  blocks[79] = 0x07;               // the last two share second-round S-boxes

  const auto session = cluster.session();
  EXPECT_EQ(mpc::vectors_for_blocks(blocks), 5 * mpc::kVectorsPerBlock - mpc::kSharedSecondRound);
  auto vectors = cluster.vectors(mpc::vectors_for_blocks(blocks));
  const Bytes encrypted =
      opened(all_ok(run_three<ByteShares>(session->network(), [&](PartyIndex i) {
        return mpc::encrypt_blocks(session->party(i),
                                   keys[place(i)]->aes(),
                                   blocks,
                                   std::move(vectors[place(i)]),
                                   mpc::Sealing::plain);
      })));

  for (std::size_t at = 0; at < blocks.size(); at += mpc::kAesBlockBytes) {
    const ByteView block = ByteView(blocks).subspan(at, mpc::kAesBlockBytes);
    EXPECT_EQ(to_hex(ByteView(encrypted).subspan(at, mpc::kAesBlockBytes)),
              to_hex(aes256_block(key, block)));
  }
}

TEST(EncryptBlocks, OpenEveryLayerUnderFreshMasks) {
  EngineCluster cluster(4);
  const ThreeKeys keys = cluster.derive_key(Bytes(32));
  const auto session = cluster.session();
  auto vectors = cluster.vectors(mpc::kVectorsPerBlock);
  all_ok(run_three<ByteShares>(session->network(), [&](PartyIndex i) {
    return mpc::encrypt_blocks(session->party(i),
                               keys[place(i)]->aes(),
                               Bytes(mpc::kAesBlockBytes),
                               std::move(vectors[place(i)]),
                               mpc::Sealing::plain);
  }));
  EXPECT_EQ(session->network().hops(), mpc::kLayersPerBlock);
  EXPECT_EQ(session->network().message_count(PartyIndex::p1), 2 * mpc::kLayersPerBlock);
}

}  // namespace
}  // namespace tercet::test
