#include "node/store/share_store.h"

#include <gtest/gtest.h>

#include "node/store/key_records.h"
#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {
namespace {

using node::EpochState;

SessionId session_of(std::uint8_t value) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(value);
  return SessionId(bytes);
}

void complete(node::ShareStore& shares, const node::KeyEpoch& name) {
  ASSERT_TRUE(shares.put_components(name, session_of(9), filled(64, 1)).ok());
  ASSERT_TRUE(shares.put_commitments(name, std::array<std::uint8_t, 32>{5}, filled(64, 2)).ok());
  ASSERT_TRUE(shares.put_derived(name, filled(40'000, 3)).ok());
  for (const mpc::PartyIndex party : mpc::kAllParties) {
    ASSERT_TRUE(shares.put_held(name, node::HeldSignature(party, {1, 2, 3})).ok());
  }
  ASSERT_TRUE(shares.put_check_value(name, {1, 2, 3, 4}).ok());
}

TEST(ShareStore, GivesBackAfterReopeningWhatItKept) {
  const TemporaryDirectory dir;
  const node::KeyEpoch name = epoch_of("k");
  {
    auto store = open_store(dir.path()).value();
    complete(store->shares(), name);
    ASSERT_TRUE(store->shares().activate(name).ok());
  }
  auto store = open_store(dir.path()).value();
  const node::EpochRecord record = store->shares().find(name).value();
  EXPECT_EQ(record.state, EpochState::active);
  EXPECT_EQ(record.session, session_of(9));
  EXPECT_TRUE(record.has_derived);
  EXPECT_EQ(record.missing_commitment->at(0), 5);
  EXPECT_EQ(record.check_value->at(3), 4);
  EXPECT_EQ(bytes_of(store->shares().components(name).value()), bytes_of(filled(64, 1)));
  EXPECT_EQ(bytes_of(store->shares().salts(name).value()), bytes_of(filled(64, 2)));
  EXPECT_EQ(bytes_of(store->shares().derived(name).value()), bytes_of(filled(40'000, 3)));
  EXPECT_EQ(store->shares().held(name)->size(), 3U);
  EXPECT_EQ(store->shares().highest(name.key, name.version)->value(), 1U);
}

TEST(ShareStore, RefusesAnEpochThatIsTaken) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  ASSERT_TRUE(store->shares().put_components(epoch_of("k"), session_of(1), filled(64, 1)).ok());
  const Status again = store->shares().put_components(epoch_of("k"), session_of(2), filled(64, 2));
  EXPECT_EQ(again.error().code(), Errc::already_exists);
  EXPECT_EQ(bytes_of(store->shares().components(epoch_of("k")).value()), bytes_of(filled(64, 1)));
}

TEST(ShareStore, ActivatesOnlyACompleteEpoch) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  node::ShareStore& shares = store->shares();
  const node::KeyEpoch name = epoch_of("k");
  ASSERT_TRUE(shares.put_components(name, session_of(9), filled(64, 1)).ok());
  EXPECT_EQ(shares.activate(name).error().code(), Errc::wrong_state);
  ASSERT_TRUE(shares.put_commitments(name, {}, filled(64, 2)).ok());
  EXPECT_EQ(shares.activate(name).error().code(), Errc::wrong_state);
  ASSERT_TRUE(shares.put_derived(name, filled(100, 3)).ok());
  EXPECT_EQ(shares.activate(name).error().code(), Errc::wrong_state);
  ASSERT_TRUE(shares.put_check_value(name, {}).ok());
  ASSERT_TRUE(shares.put_held(name, node::HeldSignature(mpc::PartyIndex::p1, {})).ok());
  ASSERT_TRUE(shares.put_held(name, node::HeldSignature(mpc::PartyIndex::p1, {})).ok());
  ASSERT_TRUE(shares.put_held(name, node::HeldSignature(mpc::PartyIndex::p2, {})).ok());
  EXPECT_EQ(shares.activate(name).error().code(), Errc::wrong_state);
  ASSERT_TRUE(shares.put_held(name, node::HeldSignature(mpc::PartyIndex::p3, {})).ok());
  EXPECT_TRUE(shares.activate(name).ok());
}

TEST(ShareStore, RetiresTheOldEpochWithTheNew) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  complete(store->shares(), epoch_of("k", 1));
  complete(store->shares(), epoch_of("k", 2));
  ASSERT_TRUE(store->shares().activate(epoch_of("k", 1)).ok());
  ASSERT_TRUE(store->shares().activate(epoch_of("k", 2)).ok());
  EXPECT_EQ(store->shares().find(epoch_of("k", 1))->state, EpochState::retired);
  EXPECT_EQ(store->shares().find(epoch_of("k", 2))->state, EpochState::active);
}

TEST(NodeStore, TakesBackAWholeFailedTransaction) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  const Status failed = store->atomically([&]() -> Status {
    TERCET_TRY_STATUS(store->keys().insert(record_of("k")));
    complete(store->shares(), epoch_of("k"));
    return Error(Errc::internal, "play a failure");
  });
  EXPECT_EQ(failed.error().code(), Errc::internal);
  EXPECT_EQ(store->keys().find(key_id("k")), nullptr);
  EXPECT_EQ(store->shares().find(epoch_of("k")).error().code(), Errc::not_found);
  EXPECT_TRUE(store->keys().insert(record_of("k")).ok());
}

}  // namespace
}  // namespace tercet::test
