#include "node/policy/replay_list.h"

#include <gtest/gtest.h>

namespace tercet::node {
namespace {

SignatureId signature(std::uint8_t first) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = first;
  return SignatureId(bytes);
}

TEST(ReplayList, CountsUsesAndRefusesTheFourth) {
  ReplayList list;
  EXPECT_EQ(*list.use(signature(1), 1300, 1000), 1U);
  EXPECT_EQ(*list.use(signature(1), 1300, 1001), 2U);
  EXPECT_EQ(*list.use(signature(1), 1300, 1300), 3U);
  EXPECT_EQ(list.use(signature(1), 1300, 1300).error().code(), Errc::replayed);
}

TEST(ReplayList, CountsEachSignatureByItself) {
  ReplayList list;
  for (std::uint8_t i = 0; i < 100; ++i) {
    EXPECT_EQ(*list.use(signature(i), 1300, 1000), 1U);
  }
}

TEST(ReplayList, ForgetsWhenTheWindowIsOver) {
  ReplayList list;
  ASSERT_TRUE(list.use(signature(1), 1300, 1000).ok());
  ASSERT_TRUE(list.use(signature(2), 1400, 1301).ok());
  EXPECT_EQ(list.size(), 1U);
}

TEST(ReplayList, RemembersUntilTheLastSecondOfTheWindow) {
  ReplayList list;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(list.use(signature(1), 1300, 1000).ok());
  }
  EXPECT_EQ(list.use(signature(1), 1300, 1300).error().code(), Errc::replayed);
}

}  // namespace
}  // namespace tercet::node
