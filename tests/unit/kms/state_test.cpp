// What survives a restart, and what keeps two processes apart.

#include "tests/kms/state.h"

#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "node/store/database.h"
#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

class KeptState : public KmsTest {
 protected:
  KeptState() {
    options.state_folder = folder_.file("kms");
    start();
  }

  /// Opens the state after this SQL; says why it cannot.
  std::optional<Errc> opened_after(const std::string& sql) {
    {
      const auto database = node::Database::open(options.state_folder + "/kms.sqlite3");
      EXPECT_TRUE(database.ok() && database.value()->execute(sql.c_str()).ok()) << sql;
    }
    const auto opened = State::open(options.state_folder);
    return opened.ok() ? std::nullopt : std::optional<Errc>(opened.error().code());
  }

  ::tercet::test::TemporaryDirectory folder_;
};

TEST_F(KeptState, SurvivesARestart) {
  make_connected_store();
  const std::string key = make_key();
  const std::string blob = encrypt(key);
  ASSERT_EQ(fault("CreateAlias", Json{{"AliasName", "alias/a"}, {"TargetKeyId", key}}), "");
  const Json before = call("DescribeKey", Json{{"KeyId", "alias/a"}}).body;
  start();
  EXPECT_EQ(call("DescribeKey", Json{{"KeyId", "alias/a"}}).body, before);
  EXPECT_EQ(call("Decrypt", Json{{"CiphertextBlob", blob}}).text("Plaintext"), kHello);
  EXPECT_EQ(described(store).at("ConnectionState"), "CONNECTED");
  options.inner_overhead_bytes = 61;  // new keys have it, the old ones keep theirs
  start();
  EXPECT_EQ(call("Decrypt", Json{{"CiphertextBlob", blob}}).text("Plaintext"), kHello);
}

TEST_F(KeptState, AConnectGoesOnAfterARestart) {
  make_store();
  options.connect_delay = Milliseconds(3'600'000);
  start();
  ASSERT_EQ(fault("ConnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  EXPECT_EQ(described(store).at("ConnectionState"), "CONNECTING");
  options.connect_delay = Milliseconds(0);
  start();
  EXPECT_EQ(settled(store), "CONNECTED");
}

TEST_F(KeptState, AScheduledDeletionHappensAfterARestart) {
  make_connected_store();
  const std::string key = make_key();
  ASSERT_EQ(fault("ScheduleKeyDeletion", Json{{"KeyId", key}, {"PendingWindowInDays", 7}}), "");
  clock.now_ms += 7LL * 86'400'000;
  start();
  EXPECT_EQ(fault("DescribeKey", Json{{"KeyId", key}}), "NotFoundException");
  start();
  EXPECT_EQ(call("ListKeys", Json::object()).body.at("Keys").size(), 0U);
}

TEST_F(KeptState, IsForTheOwnerOnly) {
  struct stat about {};

  ASSERT_EQ(::stat((options.state_folder + "/kms.sqlite3").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(KeptState, HasOneProcessAtATime) {
  const auto second = State::open(options.state_folder);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Errc::storage_error);
  stop();
  EXPECT_TRUE(State::open(options.state_folder).ok());
}

TEST_F(KeptState, OfANewerVersionIsRefused) {
  stop();
  EXPECT_EQ(opened_after("PRAGMA user_version=2"), Errc::unsupported);
}

TEST_F(KeptState, WithAnIllegibleRowIsRefused) {
  stop();
  EXPECT_EQ(opened_after("INSERT INTO object VALUES('key','x','{}')"), Errc::storage_corrupt);
}

TEST_F(KeptState, WhoseRowsDoNotFitEachOtherIsRefused) {
  make_connected_store();
  const std::string key = make_key();
  ASSERT_EQ(fault("CreateAlias", Json{{"AliasName", "alias/a"}, {"TargetKeyId", key}}), "");
  stop();
  const auto set = [](const std::string& member, const std::string& value) {
    return "UPDATE object SET body=json_set(body, '$." + member + "', " + value +
           ") WHERE kind='key'";
  };
  for (const std::string& damage : {set("inner_overhead_bytes", "0"),
                                    set("inner_overhead_bytes", "205"),
                                    set("id", "'no uuid'"),
                                    set("store_id", "'cks-0'"),
                                    std::string("DELETE FROM object WHERE kind='store'"),
                                    std::string("DELETE FROM object WHERE kind='key'")}) {
    const std::string file = options.state_folder + "/kms.sqlite3";
    std::filesystem::copy_file(file, folder_.file("kept"));
    EXPECT_EQ(opened_after(damage), Errc::storage_corrupt) << damage;
    std::filesystem::rename(folder_.file("kept"), file);
  }
  EXPECT_EQ(opened_after("SELECT 1"), std::nullopt) << "without damage";
}

}  // namespace
}  // namespace tercet::kms::test
