#include <gtest/gtest.h>

#include "mpc/aes/ctr_block.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/gcm/limits.h"

namespace tercet::mpc {
namespace {

TEST(CounterBlocks, StartWithJ0AndGoOnFromTwo) {
  const Iv iv = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const Bytes blocks = counter_blocks(iv, 2, 2);
  EXPECT_EQ(to_hex(blocks),
            "0102030405060708090a0b0c00000001"
            "0102030405060708090a0b0c00000002"
            "0102030405060708090a0b0c00000003");
}

TEST(CounterBlocks, OfNoTextAreJ0Alone) {
  EXPECT_EQ(counter_blocks(Iv{}, 0, 2).size(), kAesBlockBytes);
}

TEST(GhashInput, PadsBothPartsAndEndsWithBitLengths) {
  const Bytes aad = from_hex("aabb").value();
  const Bytes text(17, 0xcc);
  EXPECT_EQ(to_hex(ghash_input(aad, text)),
            "aabb0000000000000000000000000000"
            "cccccccccccccccccccccccccccccccc"
            "cc000000000000000000000000000000"
            "00000000000000100000000000000088");
  EXPECT_EQ(ghash_input({}, {}), Bytes(kAesBlockBytes));
}

TEST(KeyCheckBlock, IsNoCounterBlockAndNotZero) {
  const auto block = key_check_block();
  EXPECT_EQ(load_u32(ByteView(block).last(4)), 0U);
  EXPECT_NE(Bytes(block.begin(), block.end()), Bytes(kAesBlockBytes));
}

TEST(CheckLengths, Allows270BlocksOfText) {
  EXPECT_TRUE(check_lengths(0, 270 * 16));
  const Status longer = check_lengths(0, 270 * 16 + 1);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code(), Errc::unsupported);
}

TEST(CheckLengths, Allows1024GhashBlocks) {
  EXPECT_TRUE(check_lengths(16 * 753, 16 * 270));
  const Status longer = check_lengths(16 * 753 + 1, 16 * 270);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code(), Errc::unsupported);
}

TEST(VectorsNeeded, Are196ABlockAnd12AGroupOfCounters) {
  EXPECT_EQ(vectors_needed(0), 208U);
  EXPECT_EQ(vectors_needed(block_count(96)), 7U * 196U + 12U);
  EXPECT_EQ(vectors_needed(254), 255U * 196U + 12U);
  EXPECT_EQ(vectors_needed(255), 256U * 196U + 24U);
  EXPECT_EQ(slot_vectors_needed(3, 2), 3U * (3U * 196U + 12U));
}

TEST(VectorsNeeded, AreThoseOfTheCounterBlocks) {
  Iv iv{};
  iv.fill(0xff);
  for (std::size_t blocks = 0; blocks <= wire::kBlocksMax; ++blocks) {
    ASSERT_EQ(vectors_for_blocks(counter_blocks(iv, blocks, 2)), vectors_needed(blocks));
  }
}

}  // namespace
}  // namespace tercet::mpc
