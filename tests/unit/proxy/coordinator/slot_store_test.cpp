#include "proxy/coordinator/slot_store.h"

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

SessionId sid(std::uint8_t fill) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(fill);
  return SessionId(bytes);
}

const LeaseId kLease = sid(1);

ReadySlot slot(std::uint16_t number, std::size_t blocks) {
  ReadySlot made;
  made.lease = kLease;
  made.number = number;
  made.keystream = Bytes(blocks * 16, 1);
  made.keystream_second = Bytes(blocks * 16, 1);
  return made;
}

KeyId key(std::string_view text) {
  return KeyId::parse(text).value();
}

TEST(SlotStore, GivesEachSlotOnce) {
  SlotStore store;
  store.put(key("a"), slot(7, 2));

  const std::optional<ReadySlot> taken = store.take(key("a"), 2, kLease);

  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->number, 7);
  EXPECT_FALSE(store.take(key("a"), 2, kLease));
}

TEST(SlotStore, GivesNoSlotOfAnotherKeyLeaseOrTooShort) {
  SlotStore store;
  store.put(key("a"), slot(0, 2));

  EXPECT_FALSE(store.take(key("b"), 1, kLease));
  EXPECT_FALSE(store.take(key("a"), 1, sid(2)));
  EXPECT_FALSE(store.take(key("a"), 3, kLease));
  EXPECT_TRUE(store.take(key("a"), 1, kLease));
}

TEST(SlotStore, ForgetsSlotsWithTheirLeaseOrKey) {
  SlotStore store;
  store.put(key("a"), slot(0, 2));
  store.drop_lease(sid(2));
  EXPECT_EQ(store.count(key("a"), 1, 270), 1U);
  store.drop_lease(kLease);
  EXPECT_EQ(store.count(key("a"), 1, 270), 0U);

  store.put(key("a"), slot(0, 2));
  store.drop(key("a"));
  EXPECT_EQ(store.count(key("a"), 1, 270), 0U);
}

TEST(SlotStore, GivesTheShortestThatFits) {
  SlotStore store;
  store.put(key("a"), slot(0, 16));
  store.put(key("a"), slot(1, 4));
  store.put(key("a"), slot(2, 4));

  EXPECT_EQ(store.take(key("a"), 3, kLease)->number, 1);
  EXPECT_EQ(store.take(key("a"), 3, kLease)->number, 2);
  EXPECT_EQ(store.take(key("a"), 3, kLease)->number, 0);
}

TEST(SlotStore, CountsByLength) {
  SlotStore store;
  for (const std::uint16_t blocks : std::initializer_list<std::uint16_t>{2, 4, 8}) {
    store.put(key("a"), slot(blocks, blocks));
  }

  EXPECT_EQ(store.count(key("a"), 3, 8), 2U);
  EXPECT_EQ(store.count(key("a"), 9, 270), 0U);
  EXPECT_EQ(store.count(key("b"), 1, 270), 0U);
  EXPECT_EQ(store.total(), 3U);
}

TEST(SlotStore, DropsSlotsOfKeysOutOfUse) {
  SlotStore store;
  store.put(key("a"), slot(0, 2));
  store.put(key("b"), slot(1, 2));

  store.drop_unless([](const KeyId& each) { return each == key("b"); });

  EXPECT_FALSE(store.take(key("a"), 1, kLease));
  EXPECT_TRUE(store.take(key("b"), 1, kLease));
}

}  // namespace
}  // namespace tercet::proxy
