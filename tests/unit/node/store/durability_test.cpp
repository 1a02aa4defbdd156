// What is on disk after crashes, flipped bits, and by whom it can be read (rules D1, D3, D4, D7,
// D8).

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "node/store/command_log.h"
#include "node/store/iv_counts.h"
#include "node/store/key_records.h"
#include "node/store/share_store.h"
#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {
namespace {

using node::IvCounts;

/// Runs `work` in a child that then dies by SIGKILL, wherever `work` leaves it.
template <class Work>
void in_killed_child(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

node::LoggedCommand logged(std::uint8_t id) {
  node::LoggedCommand command;
  command.command.id = CommandId({id});
  command.command.body = node::DisableKey(key_id("k"));
  command.envelope.document = command.command.print();
  command.state = node::CommandState::done;
  return command;
}

node::LoggedCommand permit(std::uint8_t id) {
  node::LoggedCommand command;
  command.command.id = CommandId({id});
  command.command.body = node::EnableKey(key_id("k"));
  command.command.overrides = {CommandId({1})};
  command.envelope.document = command.command.print();
  command.envelope.receipts.emplace_back();
  return command;
}

TEST(NodeStoreCrash, KeepsWhatWasConfirmedAndNothingOfAnOpenTransaction) {
  const TemporaryDirectory dir;
  in_killed_child([&] {
    auto store = open_store(dir.path()).value();
    TERCET_CHECK(store->commands().append(logged(1)).ok());
    TERCET_CHECK(have_key(*store, epoch_of("kept")).ok());
    static_cast<void>(store->atomically([&]() -> Status {
      TERCET_CHECK(have_key(*store, epoch_of("lost")).ok());
      TERCET_CHECK(store->commands().append(logged(2)).ok());
      ::kill(::getpid(), SIGKILL);
      return ok_status();
    }));
  });
  auto store = open_store(dir.path()).value();
  EXPECT_NE(store->keys().find(key_id("kept")), nullptr);
  EXPECT_EQ(store->keys().find(key_id("lost")), nullptr);
  EXPECT_TRUE(store->commands().find(CommandId({1})).value().has_value());
  EXPECT_FALSE(store->commands().find(CommandId({2})).value().has_value());
  EXPECT_TRUE(have_key(*store, epoch_of("lost")).ok());
}

TEST(NodeStoreCrash, NeverForgetsAnIvItCounted) {
  const TemporaryDirectory dir;
  in_killed_child([&] {
    auto store = open_store(dir.path()).value();
    for (int i = 0; i < 1000; ++i) {
      TERCET_CHECK(store->iv_counts().take(key_id("k"), KeyVersion(1), 70).ok());
    }
  });
  auto store = open_store(dir.path()).value();
  EXPECT_GE(store->iv_counts().used(key_id("k"), KeyVersion(1)), 70'000U);
}

TEST(IvCounts, RefusesTheFirstIvBeyondTheLimit) {
  const TemporaryDirectory dir;
  auto store = open_store(dir.path()).value();
  IvCounts& counts = store->iv_counts();
  const KeyId key = key_id("k");
  ASSERT_TRUE(counts.take(key, KeyVersion(1), node::kIvsPerVersionMax - 1).ok());
  EXPECT_EQ(counts.take(key, KeyVersion(1), 2).error().code(), Errc::exhausted);
  EXPECT_TRUE(counts.take(key, KeyVersion(1), 1).ok());
  EXPECT_EQ(counts.take(key, KeyVersion(1), 1).error().code(), Errc::exhausted);
  EXPECT_TRUE(counts.take(key, KeyVersion(2), 1).ok());
  EXPECT_TRUE(counts.top_up().ok());
}

TEST(DataDirectory, RefusesASecondUser) {
  const TemporaryDirectory dir;
  auto first = open_store(dir.path()).value();
  const auto second = open_store(dir.path());
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().what().find("another process"), std::string::npos);
}

TEST(DataDirectory, RefusesOpenModesAndSaysHowToMendThem) {
  const TemporaryDirectory dir;
  open_store(dir.path()).value().reset();
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0750));
  const auto open_directory = open_store(dir.path());
  ASSERT_FALSE(open_directory.ok());
  EXPECT_NE(open_directory.error().hint().find("chmod 0700"), std::string::npos);
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0700));
  std::filesystem::permissions(dir.file("node.db"), std::filesystem::perms(0644));
  const auto open_file = open_store(dir.path());
  ASSERT_FALSE(open_file.ok());
  EXPECT_NE(open_file.error().hint().find("chmod 0600"), std::string::npos);
}

TEST(DataDirectory, IsMadeOnlyWhereThisIsSaid) {
  const TemporaryDirectory dir;
  const std::string path = dir.file("data");
  const auto open = [&](node::StartWith start) {
    return node::NodeStore::open(path, "node-1", filled(32, 7), start);
  };
  EXPECT_EQ(open(node::StartWith::its_data).error().code(), Errc::storage_error);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(open(node::StartWith::nothing).ok());
  const auto again = open(node::StartWith::nothing);
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().hint().find("without --init"), std::string::npos);
  EXPECT_TRUE(open(node::StartWith::its_data).ok());

  std::filesystem::resize_file(path + "/node.db", 0);
  EXPECT_EQ(open(node::StartWith::its_data).error().code(), Errc::storage_corrupt);
  std::filesystem::remove(path + "/node.db");
  EXPECT_EQ(open(node::StartWith::its_data).error().code(), Errc::storage_error);
}

/// It would be taken for the new database's: transactions of the old one would come back.
TEST(DataDirectory, OfANewNodeHasNoLogOfAnOldDatabase) {
  const TemporaryDirectory dir;
  std::ofstream(dir.file("node.db-wal")) << "x";
  std::filesystem::permissions(dir.file("node.db-wal"), std::filesystem::perms(0600));
  const auto opened =
      node::NodeStore::open(dir.path(), "node-1", filled(32, 7), node::StartWith::nothing);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().what().find("node.db-wal"), std::string::npos);
}

/// What an operator's mistake, or a lost volume, may do under a node that runs.
class DirectoryInUse : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_->check_in_place().ok()); }

  void expect_noticed(const char* file) {
    const Status found = store_->check_in_place();
    ASSERT_FALSE(found.ok());
    EXPECT_NE(found.error().what().find(file), std::string::npos) << found.error().what();
  }

  const TemporaryDirectory parent_;
  const std::string path_ = parent_.file("data");
  std::unique_ptr<node::NodeStore> store_ = open_store(path_).value();
};

TEST_F(DirectoryInUse, IsMissedWhenItIsRemoved) {
  std::filesystem::remove_all(path_);
  expect_noticed("lock");
}

TEST_F(DirectoryInUse, IsMissedWhenAnotherTookItsPlace) {
  std::filesystem::rename(path_, parent_.file("old"));
  std::filesystem::copy(parent_.file("old"), path_);
  expect_noticed("lock");
}

TEST_F(DirectoryInUse, IsMissedWhenItsDatabaseOrLogWasReplaced) {
  for (const char* file : {"/node.db", "/node.db-wal"}) {
    store_.reset();
    store_ = open_store(path_).value();
    std::filesystem::copy(path_ + file, path_ + file + ".copy");
    std::filesystem::rename(path_ + file + ".copy", path_ + file);
    expect_noticed(file + 1);
  }
}

TEST_F(DirectoryInUse, IsInPlaceWhateverIsWritten) {
  for (std::uint8_t i = 1; i < 50; ++i) {
    ASSERT_TRUE(have_key(*store_, epoch_of("k" + std::to_string(i), i)).ok());  // checkpoints
    EXPECT_TRUE(store_->check_in_place().ok());
  }
}

TEST(DataDirectory, MakesEverythingForItsOwnerOnly) {
  const TemporaryDirectory parent;
  const std::string path = parent.file("data");
  auto store = open_store(path).value();
  ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());

  struct stat found {};

  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    ASSERT_EQ(::stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << entry.path();
  }
}

TEST(DataDirectory, RefusesAFileInItsPlace) {
  const TemporaryDirectory dir;
  std::ofstream(dir.file("data")) << "x";
  EXPECT_FALSE(open_store(dir.file("data")).ok());
  EXPECT_FALSE(open_store(dir.file("absent/data")).ok());
}

TEST(NodeStore, RefusesAnotherSealingKeyAndAnotherNode) {
  const TemporaryDirectory dir;
  open_store(dir.path()).value().reset();
  EXPECT_EQ(open_store(dir.path(), "node-1", 8).error().code(), Errc::seal_broken);
  EXPECT_EQ(open_store(dir.path(), "node-2", 7).error().code(), Errc::seal_broken);
  EXPECT_TRUE(open_store(dir.path()).ok());
}

void run_sql(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  sqlite3_close(database);
}

TEST(NodeStore, RefusesASchemaItDoesNotKnow) {
  const TemporaryDirectory dir;
  open_store(dir.path()).value().reset();
  run_sql(dir.file("node.db"), "PRAGMA user_version=3");
  EXPECT_EQ(open_store(dir.path()).error().code(), Errc::unsupported);
}

TEST(NodeStore, SaysWhatToDoWithADatabaseOfTheFirstFormat) {
  const TemporaryDirectory dir;
  open_store(dir.path()).value().reset();
  run_sql(dir.file("node.db"), "PRAGMA user_version=1");
  const auto refused = open_store(dir.path());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Errc::unsupported);
  EXPECT_NE(refused.error().what().find("before the first release"), std::string::npos);
  EXPECT_NE(refused.error().hint().find("make keys anew"), std::string::npos);
}

TEST(NodeStore, RefusesADatabaseOfAnotherProgram) {
  const TemporaryDirectory dir;
  open_store(dir.path()).value().reset();
  run_sql(dir.file("node.db"), "PRAGMA application_id=1");
  EXPECT_EQ(open_store(dir.path()).error().code(), Errc::storage_corrupt);
}

TEST(NodeStore, NoticesAnEditedRow) {
  for (const char* edit : {"UPDATE epochs SET enabled = 0",
                           "UPDATE epochs SET usage = 'encrypt'",
                           "UPDATE epochs SET framing = 'raw'",
                           "UPDATE epochs SET state = 0",
                           "UPDATE iv_counts SET reserved = 0",
                           "UPDATE commands SET state = 0",
                           "UPDATE receipts SET node = 3"}) {
    const TemporaryDirectory dir;
    {
      auto store = open_store(dir.path()).value();
      ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());
      ASSERT_TRUE(store->iv_counts().take(key_id("k"), KeyVersion(1), 1).ok());
      ASSERT_TRUE(store->commands().append(logged(1)).ok());
      ASSERT_TRUE(store->commands().append(permit(2)).ok());
    }
    run_sql(dir.file("node.db"), edit);
    const auto reopened = open_store(dir.path());
    ASSERT_FALSE(reopened.ok()) << edit;
    EXPECT_EQ(reopened.error().code(), Errc::storage_corrupt) << edit;
  }
}

TEST(ShareStore, DoesNotOpenARecordUnderAnotherName) {
  const TemporaryDirectory dir;
  {
    auto store = open_store(dir.path()).value();
    ASSERT_TRUE(store->shares().put(record_of(epoch_of("a")), shares_of(1)).ok());
    ASSERT_TRUE(store->shares().put(record_of(epoch_of("b")), shares_of(2)).ok());
  }
  run_sql(dir.file("node.db"),
          "UPDATE shares SET components = (SELECT components FROM shares WHERE key = 'a') "
          "WHERE key = 'b'");
  auto store = open_store(dir.path()).value();
  EXPECT_TRUE(store->shares().components(epoch_of("a")).ok());
  EXPECT_EQ(store->shares().components(epoch_of("b")).error().code(), Errc::seal_broken);
}

/// Everything a reader of the store can see: whether it opens, and what it then says.
bool says_the_same_or_fails(const std::string& directory) {
  auto store = open_store(directory);
  if (!store) {
    return true;
  }
  node::NodeStore& opened = **store;
  const Result<SecretBytes> components = opened.shares().components(epoch_of("k"));
  const Result<node::EpochRecord> epoch = opened.shares().find(epoch_of("k"));
  if (components && bytes_of(*components) != bytes_of(filled(64, 1))) {
    return false;
  }
  node::EpochRecord kept = record_of(epoch_of("k"));
  kept.state = node::EpochState::current;
  if (epoch && !(*epoch == kept)) {
    return false;
  }
  const node::KeyRecord* key = opened.keys().find(key_id("k"));
  if (key != nullptr && !(key->newest() == kept)) {
    return false;
  }
  return opened.iv_counts().used(key_id("k"), KeyVersion(1)) >= 5 || key == nullptr;
}

TEST(NodeStore, AnyFlippedByteIsNoticedOrWithoutEffect) {
  const TemporaryDirectory dir;
  {
    auto store = open_store(dir.file("data")).value();
    ASSERT_TRUE(have_key(*store, epoch_of("k"), 64).ok());
    ASSERT_TRUE(store->iv_counts().take(key_id("k"), KeyVersion(1), 5).ok());
  }
  std::ifstream in(dir.file("data/node.db"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  ASSERT_GT(good.size(), 4096U);
  std::size_t flips = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    // Zero bytes are free space mostly: a sample of those is enough.
    if (good[at] == 0 && at % 61 != 0) {
      continue;
    }
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    std::ofstream(dir.file("data/node.db"), std::ios::binary | std::ios::trunc) << bad;
    ASSERT_TRUE(says_the_same_or_fails(dir.file("data"))) << "byte " << at;
    ++flips;
  }
  EXPECT_GT(flips, 1000U);
}

}  // namespace
}  // namespace tercet::test
