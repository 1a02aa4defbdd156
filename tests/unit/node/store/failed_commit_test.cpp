// A COMMIT that fails leaves memory and disk the same: what is not durable does not count.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "node/store/command_log.h"
#include "node/store/iv_counts.h"
#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {
namespace {

/// While it lives, no COMMIT of any connection that was opened by FailedCommit succeeds.
class CommitsFail {
 public:
  CommitsFail() { failing = true; }

  ~CommitsFail() { failing = false; }

  CommitsFail(const CommitsFail&) = delete;
  CommitsFail& operator=(const CommitsFail&) = delete;

  static int hook(void*) { return failing ? 1 : 0; }

 private:
  static inline bool failing = false;
};

int hook_commits(sqlite3* database, const char**, const void*) {
  sqlite3_commit_hook(database, &CommitsFail::hook, nullptr);
  return SQLITE_OK;
}

class FailedCommit : public ::testing::Test {
 protected:
  FailedCommit() {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&hook_commits));  // as SQLite wants it
    store_ = open_store(directory_.path()).value();
  }

  ~FailedCommit() override { sqlite3_reset_auto_extension(); }

  void reopen() {
    store_.reset();
    store_ = open_store(directory_.path()).value();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<node::NodeStore> store_;
};

TEST_F(FailedCommit, MakesNoKey) {
  {
    const CommitsFail now;
    EXPECT_FALSE(have_key(*store_, epoch_of("k")).ok());
  }
  EXPECT_EQ(store_->keys().find(key_id("k")), nullptr) << "in memory only";
  EXPECT_TRUE(have_key(*store_, epoch_of("k")).ok());
  reopen();
  EXPECT_NE(store_->keys().find(key_id("k")), nullptr);
}

TEST_F(FailedCommit, SettlesNothing) {
  ASSERT_TRUE(have_key(*store_, epoch_of("k")).ok());
  {
    const CommitsFail now;
    EXPECT_FALSE(
        store_->atomically([&] { return store_->shares().mark_settled(epoch_of("k")); }).ok());
  }
  const node::EpochRecord* kept = store_->keys().find(key_id("k"))->find(KeyVersion(1));
  ASSERT_NE(kept, nullptr);
  EXPECT_FALSE(kept->settled);
}

TEST_F(FailedCommit, BlocksNothing) {
  node::LoggedCommand block;
  block.command.id = CommandId({1});
  block.command.body = node::DisableKey(key_id("k"));
  block.envelope.document = block.command.print();
  block.state = node::CommandState::done;
  {
    const CommitsFail now;
    EXPECT_FALSE(store_->atomically([&] { return store_->commands().append(block); }).ok());
    EXPECT_FALSE(store_->commands().append(block).ok());
  }
  EXPECT_TRUE(store_->commands().blocks().standing(key_id("k")).empty());
  EXPECT_TRUE(store_->commands().append(block).ok());
  EXPECT_FALSE(store_->commands().blocks().standing(key_id("k")).empty());
}

/// A count that is ahead in memory would come back too low after a crash.
TEST_F(FailedCommit, LeavesNoIvUncounted) {
  const auto take = [&] { return store_->iv_counts().take(key_id("k"), KeyVersion(1), 70); };
  {
    const CommitsFail now;
    EXPECT_FALSE(store_->atomically(take).ok());
  }
  EXPECT_TRUE(take().ok());
  const std::uint64_t used = store_->iv_counts().used(key_id("k"), KeyVersion(1));
  reopen();
  EXPECT_GE(store_->iv_counts().used(key_id("k"), KeyVersion(1)), used);
}

TEST(Transaction, OfWhichAPartFailedIsNotCommittedWhateverFollows) {
  const TemporaryDirectory directory;
  auto store = open_store(directory.path()).value();
  ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());
  const Status done = store->atomically([&]() -> Status {
    EXPECT_FALSE(store->shares().put(record_of(epoch_of("k")), shares_of(1)).ok()) << "is there";
    EXPECT_TRUE(store->shares().mark_settled(epoch_of("k")).ok());
    return ok_status();  // as if nothing had happened
  });
  EXPECT_FALSE(done.ok());
  EXPECT_FALSE(store->keys().find(key_id("k"))->find(KeyVersion(1))->settled);
}

}  // namespace
}  // namespace tercet::test
