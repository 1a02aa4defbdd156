#include "node/command/key_blocks.h"

#include <gtest/gtest.h>

#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {
namespace {

const CommandId kFirst({1});
const CommandId kSecond({2});

TEST(KeyBlocks, StandUntilAPermitLiftsThemByName) {
  node::KeyBlocks blocks;
  EXPECT_TRUE(blocks.standing(key_id("k")).empty());
  blocks.block(key_id("k"), kFirst);
  blocks.block(key_id("k"), kSecond);
  EXPECT_EQ(blocks.standing(key_id("k")).size(), 2U);
  blocks.lift(key_id("k"), {kFirst});
  EXPECT_EQ(blocks.standing(key_id("k")), std::vector{kSecond});
  EXPECT_TRUE(blocks.standing(key_id("other")).empty());
}

TEST(KeyBlocks, APermitLiftsABlockThatComesLater) {
  node::KeyBlocks blocks;
  blocks.lift(key_id("k"), {kFirst});
  blocks.block(key_id("k"), kFirst);
  EXPECT_TRUE(blocks.standing(key_id("k")).empty());
}

TEST(KeyBlocks, APermitOfAnotherKeyLiftsNothing) {
  node::KeyBlocks blocks;
  blocks.block(key_id("k"), kFirst);
  blocks.lift(key_id("other"), {kFirst});
  EXPECT_EQ(blocks.standing(key_id("k")), std::vector{kFirst});
}

TEST(KeyBlocks, AKeyThatWasMadeDisabledIsBlockedByTheCommandThatMadeIt) {
  node::KeyBlocks blocks;
  EXPECT_EQ(blocks.standing(key_id("k"), kFirst), std::vector{kFirst});
  blocks.lift(key_id("k"), {kFirst});
  EXPECT_TRUE(blocks.standing(key_id("k"), kFirst).empty());
}

}  // namespace
}  // namespace tercet::test
