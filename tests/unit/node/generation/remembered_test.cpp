#include "node/generation/remembered.h"

#include <gtest/gtest.h>

#include "tests/support/engine_cluster.h"

namespace tercet::node {
namespace {

SessionId session(std::uint8_t fill) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(fill);
  return SessionId(bytes);
}

KeyId key(std::string_view text) {
  return KeyId::parse(text).value();
}

RememberedShelf::Entry entry(std::string_view key_text, std::size_t blocks) {
  static const auto material = test::EngineCluster(1).derive_key(Bytes(32, 0x11))[0];
  mpc::Keystream keystream(
      material, mpc::Iv{}, mpc::ByteShares(blocks * mpc::kAesBlockBytes), mpc::ByteShares(16));
  return RememberedShelf::Entry(key(key_text), KeyVersion(1), EpochId({1}), std::move(keystream));
}

TEST(RememberedShelf, KeepsWhatWasUsedLast) {
  RememberedShelf shelf(2);
  shelf.keep(session(1), entry("a", 1));
  shelf.keep(session(2), entry("a", 1));
  ASSERT_NE(shelf.find(session(1)), nullptr);

  shelf.keep(session(3), entry("a", 1));

  EXPECT_NE(shelf.find(session(1)), nullptr);
  EXPECT_EQ(shelf.find(session(2)), nullptr);
  EXPECT_NE(shelf.find(session(3)), nullptr);
}

TEST(RememberedShelf, IsBoundedInBlocksToo) {
  constexpr std::size_t kLong = RememberedShelf::kBlocksEach;
  RememberedShelf shelf(4);
  shelf.keep(session(1), entry("a", 2 * kLong));
  shelf.keep(session(2), entry("a", 2 * kLong));
  EXPECT_EQ(shelf.size(), 2U);

  shelf.keep(session(3), entry("a", kLong));

  EXPECT_EQ(shelf.size(), 2U);
  EXPECT_EQ(shelf.find(session(1)), nullptr);
  shelf.keep(session(4), entry("a", 5 * kLong));
  EXPECT_EQ(shelf.find(session(4)), nullptr);  // longer than all of it
  EXPECT_EQ(shelf.size(), 2U);
}

TEST(RememberedShelf, DropsAllOfAKey) {
  RememberedShelf shelf(8);
  shelf.keep(session(1), entry("a", 1));
  shelf.keep(session(2), entry("b", 1));
  shelf.keep(session(3), entry("a", 1));

  shelf.drop_key(key("a"));

  EXPECT_EQ(shelf.size(), 1U);
  EXPECT_NE(shelf.find(session(2)), nullptr);
}

TEST(RememberedShelf, RemembersNothingWhenSwitchedOff) {
  RememberedShelf shelf(0);
  shelf.keep(session(1), entry("a", 0));
  EXPECT_EQ(shelf.size(), 0U);
}

}  // namespace
}  // namespace tercet::node
