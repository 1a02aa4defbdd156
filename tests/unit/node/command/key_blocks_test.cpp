#include "node/command/key_blocks.h"

#include <algorithm>
#include <array>
#include <optional>

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

/// What requests ask is what people are shown.
TEST(KeyBlocks, AnyStandingIsWhetherTheListIsEmpty) {
  node::KeyBlocks blocks;
  const auto agrees = [&blocks] {
    return std::ranges::all_of(
        std::array<std::optional<CommandId>, 3>{std::nullopt, kFirst, kSecond},
        [&](const std::optional<CommandId>& born_by) {
          return blocks.any_standing(key_id("k"), born_by) ==
                 !blocks.standing(key_id("k"), born_by).empty();
        });
  };
  EXPECT_TRUE(agrees());
  blocks.block(key_id("k"), kFirst);
  EXPECT_TRUE(agrees());
  blocks.lift(key_id("k"), {kSecond});
  EXPECT_TRUE(agrees());
  blocks.lift(key_id("k"), {kFirst});
  EXPECT_TRUE(agrees());
  blocks.block(key_id("k"), CommandId({3}));
  EXPECT_TRUE(agrees());
}

}  // namespace
}  // namespace tercet::test
