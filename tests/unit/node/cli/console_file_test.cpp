#include "node/cli/console_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "node/cli/commands.h"
#include "tests/support/temporary_directory.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

const std::string kSecret = "DXjSUawnel2fr6SKC7G25CNxTyWKE5PF9XX6H/u9pSo=";

/// `tercet store console-file` in a folder of its own, beside a cluster file with the stores of the
/// example and one more.
class ConsoleFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ifstream example(std::string(TERCET_SOURCE_DIR) + "/configs/cluster.yaml");
    std::ofstream(dir_.file("cluster.yaml"))
        << example.rdbuf() << "  - name: backups\n    uri_path: /kms/xks/v1\n"
        << "    regions: [eu-central-1]\n"
        << "    access_key_ids: [BACKUPSBACKUPS234567, BACKUPSBACKUPS765432]\n";
    write_secret(kSecret + "\n");
  }

  void write_secret(const std::string& text, unsigned mode = 0600) const {
    std::ofstream(dir_.file("secret"), std::ios::binary) << text;
    std::filesystem::permissions(dir_.file("secret"), std::filesystem::perms(mode));
  }

  int run(std::vector<std::string> more = {"--store", "payments"}) {
    std::vector<std::string> words = {"store",
                                      "console-file",
                                      "--cluster",
                                      dir_.file("cluster.yaml"),
                                      "--secret-file",
                                      dir_.file("secret"),
                                      "--out",
                                      out()};
    words.insert(words.end(), more.begin(), more.end());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = dispatch(store_sub_commands(), words);
    output_ = testing::internal::GetCapturedStdout();
    complaint_ = testing::internal::GetCapturedStderr();
    return code;
  }

  void expect_refused(int code, const std::string& words) {
    EXPECT_NE(complaint_.find(words), std::string::npos) << complaint_;
    EXPECT_FALSE(std::filesystem::exists(out()));
    EXPECT_EQ(output_, "");
    EXPECT_NE(code, kExitDone);
  }

  std::string out() const { return dir_.file("console.json"); }

  Json written() const {
    std::ifstream file(out());
    return Json::parse(file, nullptr, false);
  }

  const test::TemporaryDirectory dir_;
  std::string output_;
  std::string complaint_;
};

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

TEST_F(ConsoleFile, HasTheNamesThatKmsTakesAndNoOthers) {
  ASSERT_EQ(run(), kExitDone) << complaint_;
  EXPECT_EQ(written(),
            (Json{{"XksProxyUriPath", "/payments/kms/xks/v1"},
                  {"XksProxyAuthenticationCredential",
                   {{"AccessKeyId", "BETWEENTHREENODES234"}, {"RawSecretAccessKey", kSecret}}}}));
}

/// The patterns of the API model (XKS reference, sections 2 and 15).
TEST_F(ConsoleFile, ValuesPassTheRulesOfTheApi) {
  ASSERT_EQ(run(), kExitDone) << complaint_;
  const Json file = written();
  const Json& credential = file.at("XksProxyAuthenticationCredential");
  EXPECT_THAT(text_of(file.at("XksProxyUriPath")),
              MatchesRegex("(/[a-zA-Z0-9/_-]+)?/kms/xks/v[0-9]{1,2}"));
  EXPECT_THAT(text_of(file.at("XksProxyUriPath")), SizeIs(AllOf(Ge(10U), Le(128U))));
  EXPECT_THAT(text_of(credential.at("AccessKeyId")), MatchesRegex("[A-Z2-7]{20,30}"));
  EXPECT_THAT(text_of(credential.at("RawSecretAccessKey")), MatchesRegex("[a-zA-Z0-9/+=]{43,64}"));
}

TEST_F(ConsoleFile, IsForItsOwnerAlone) {
  ASSERT_EQ(run(), kExitDone) << complaint_;
  EXPECT_EQ(std::filesystem::status(out()).permissions(), std::filesystem::perms(0600));
}

TEST_F(ConsoleFile, TheSecretIsNeverPrinted) {
  ASSERT_EQ(run(), kExitDone);
  EXPECT_EQ((output_ + complaint_).find(kSecret), std::string::npos);
  std::filesystem::remove(out());
  ASSERT_EQ(run({"--store", "payments", "--json"}), kExitDone);
  EXPECT_EQ((output_ + complaint_).find(kSecret), std::string::npos);
  EXPECT_EQ(Json::parse(output_),
            (Json{{"file", out()},
                  {"store", "payments"},
                  {"uri_path", "/payments/kms/xks/v1"},
                  {"access_key_id", "BETWEENTHREENODES234"}}));
}

TEST_F(ConsoleFile, AmongSeveralStoresAndCredentialsOneIsNamed) {
  expect_refused(run({}), "--store");
  expect_refused(run({"--store", "backups"}), "--access-key-id");
  ASSERT_EQ(run({"--store", "backups", "--access-key-id", "BACKUPSBACKUPS765432"}), kExitDone);
  EXPECT_EQ(written().at("XksProxyUriPath"), "/kms/xks/v1");
  EXPECT_EQ(written().at("XksProxyAuthenticationCredential").at("AccessKeyId"),
            "BACKUPSBACKUPS765432");
}

TEST_F(ConsoleFile, RefusesWhatTheClusterDoesNotHave) {
  EXPECT_EQ(run({"--store", "nobodys"}), kExitUsage);
  expect_refused(run({"--store", "nobodys"}), "no key store \"nobodys\"");
  expect_refused(run({"--store", "payments", "--access-key-id", "BACKUPSBACKUPS765432"}),
                 "no access key id");
}

TEST_F(ConsoleFile, RefusesASecretThatKmsWouldRefuse) {
  for (const std::string& secret : {std::string(42, 'a'),
                                    std::string(65, 'a'),
                                    std::string(43, '-'),
                                    std::string(43, 'a') + "\"",
                                    std::string(22, 'a') + "\n" + std::string(22, 'a'),
                                    std::string(22, 'a') + " " + std::string(22, 'a')}) {
    write_secret(secret);
    expect_refused(run(), "43 to 64 characters of A-Z a-z 0-9 + / =");
    EXPECT_EQ(complaint_.find(secret), std::string::npos);
  }
  for (const std::size_t length : {43U, 64U}) {
    write_secret(std::string(length, 'a'));
    EXPECT_EQ(run(), kExitDone) << complaint_;
    std::filesystem::remove(out());
  }
}

TEST_F(ConsoleFile, RefusesASecretFileThatOthersMayRead) {
  write_secret(kSecret, 0640);
  expect_refused(run(), "open to group or others");
}

TEST_F(ConsoleFile, RefusesAClusterFileWithBadValues) {
  std::ofstream(dir_.file("cluster.yaml"), std::ios::app)
      << "  - name: bad\n    uri_path: /bad//kms/xks/v1\n    regions: [x]\n"
      << "    access_key_ids: [lower-case]\n";
  expect_refused(run(), "uri_path: expected");
  EXPECT_NE(complaint_.find("access_key_ids: expected 20 to 30 of A-Z and 2-7"), std::string::npos)
      << complaint_;
}

TEST_F(ConsoleFile, OverwritesNothing) {
  std::ofstream(out()) << "mine";
  EXPECT_EQ(run(), kExitFailed);
  EXPECT_NE(complaint_.find("it exists"), std::string::npos) << complaint_;
  std::ifstream file(out());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "mine");
}

}  // namespace
}  // namespace tercet::cli
