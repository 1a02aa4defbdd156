#include "node/store/share_store.h"

#include <gtest/gtest.h>

#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {
namespace {

using node::EpochState;

TEST(ShareStore, GivesBackAfterReopeningWhatItKept) {
  const TemporaryDirectory dir;
  const node::KeyEpoch name = epoch_of("k");
  node::EpochRecord kept = record_of(name);
  kept.terms.framing = node::KeyFraming::raw;
  kept.terms.enabled = false;
  {
    auto store = open_store(dir.path()).value();
    ASSERT_TRUE(store->shares().put(kept, shares_of(1)).ok());
    ASSERT_TRUE(store->shares().make_current(name).ok());
  }
  kept.state = EpochState::current;
  auto store = open_store(dir.path()).value();
  EXPECT_EQ(store->shares().find(name).value(), kept);
  EXPECT_EQ(bytes_of(store->shares().components(name).value()), bytes_of(filled(64, 1)));
  EXPECT_EQ(bytes_of(store->shares().salts(name).value()), bytes_of(filled(64, 2)));
  EXPECT_EQ(bytes_of(store->shares().derived(name).value()), bytes_of(filled(40'000, 3)));
  ASSERT_NE(store->keys().find(key_id("k")), nullptr);
  EXPECT_EQ(store->keys().find(key_id("k"))->newest(), kept);
}

TEST(ShareStore, AKeyExistsWithItsFirstCurrentEpoch) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  ASSERT_TRUE(store->shares().put(record_of(epoch_of("k")), shares_of(1)).ok());
  EXPECT_EQ(store->keys().find(key_id("k")), nullptr);
  EXPECT_EQ(store->shares().voted()->size(), 1U);
  ASSERT_TRUE(store->shares().make_current(epoch_of("k")).ok());
  EXPECT_NE(store->keys().find(key_id("k")), nullptr);
  EXPECT_TRUE(store->shares().voted()->empty());
}

TEST(ShareStore, KeepsVersionsInTheirOrderWhateverCameFirst) {
  const TemporaryDirectory dir;
  {
    auto store = open_store(dir.path()).value();
    ASSERT_TRUE(have_key(*store, epoch_of("k", 2, 2)).ok());
    ASSERT_TRUE(have_key(*store, epoch_of("k", 1, 1)).ok());
    EXPECT_EQ(store->keys().find(key_id("k"))->newest().name, epoch_of("k", 2, 2));
  }
  auto store = open_store(dir.path()).value();
  const node::KeyRecord* key = store->keys().find(key_id("k"));
  ASSERT_EQ(key->versions.size(), 2U);
  EXPECT_EQ(key->versions[0].name.version, KeyVersion(1));
  EXPECT_EQ(key->newest().name, epoch_of("k", 2, 2));
}

TEST(ShareStore, NeverReplacesTheEpochOfAVersion) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  ASSERT_TRUE(have_key(*store, epoch_of("k", 1)).ok());
  ASSERT_TRUE(store->shares().put(record_of(epoch_of("k", 2)), shares_of(9)).ok());
  EXPECT_EQ(store->shares().make_current(epoch_of("k", 2)).error().code(), Errc::already_exists);
  EXPECT_EQ(store->keys().find(key_id("k"))->newest().name, epoch_of("k", 1));
  EXPECT_TRUE(store->shares().make_current(epoch_of("k", 1)).ok());  // again: no change
}

TEST(ShareStore, DropsWhatWasVotedForWithItsSharesAndNothingCurrent) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  ASSERT_TRUE(store->shares().put(record_of(epoch_of("k", 1)), shares_of(1)).ok());
  ASSERT_TRUE(store->shares().drop(epoch_of("k", 1)).ok());
  EXPECT_EQ(store->shares().find(epoch_of("k", 1)).error().code(), Errc::not_found);
  EXPECT_EQ(store->shares().components(epoch_of("k", 1)).error().code(), Errc::not_found);
  ASSERT_TRUE(have_key(*store, epoch_of("k", 2)).ok());
  EXPECT_EQ(store->shares().drop(epoch_of("k", 2)).error().code(), Errc::wrong_state);
}

TEST(ShareStore, RefusesAnEpochThatIsTaken) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  ASSERT_TRUE(store->shares().put(record_of(epoch_of("k")), shares_of(1)).ok());
  const Status again = store->shares().put(record_of(epoch_of("k")), shares_of(2));
  EXPECT_EQ(again.error().code(), Errc::already_exists);
  EXPECT_EQ(bytes_of(store->shares().components(epoch_of("k")).value()), bytes_of(filled(64, 1)));
}

TEST(NodeStore, TakesBackAWholeFailedTransaction) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  const Status failed = store->atomically([&]() -> Status {
    TERCET_TRY_STATUS(have_key(*store, epoch_of("k")));
    return Error(Errc::internal, "play a failure");
  });
  EXPECT_EQ(failed.error().code(), Errc::internal);
  EXPECT_EQ(store->keys().find(key_id("k")), nullptr);
  EXPECT_EQ(store->shares().find(epoch_of("k")).error().code(), Errc::not_found);
  EXPECT_TRUE(have_key(*store, epoch_of("k")).ok());
}

}  // namespace
}  // namespace tercet::test
