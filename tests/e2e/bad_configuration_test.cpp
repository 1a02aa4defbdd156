// What is wrong with a configuration is said before anything is served: which file, what, and how
// to mend it; the exit code is not 0. (Every key of every file: tests/unit/core/config.)

#include <fstream>
#include <functional>

#include "tests/e2e/needles.h"
#include "tests/e2e/programs.h"
#include "tests/support/temporary_directory.h"

namespace tercet::test {
namespace {

namespace fs = std::filesystem;

class BadConfiguration : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const CommandResult prepared =
        run_program({"tercet", "dev", "prepare", "--no-kms", "--dir", good().file("c")});
    ASSERT_TRUE(prepared.done()) << prepared.output;
  }

  void SetUp() override {
    fs::copy(good().file("c"), folder_, fs::copy_options::recursive);
    fs::create_directory(folder_ / "node-1");
    fs::permissions(folder_ / "node-1", fs::perms::owner_all);
  }

  /// `program` must end by itself, with code 1 and all these texts.
  void expect_refusal(const std::string& program,
                      const std::vector<std::string>& texts,
                      const std::vector<std::string>& options = {}) const {
    const std::string file = program == "tercet-node"    ? "node-1.yaml"
                             : program == "tercet-proxy" ? "proxy-1.yaml"
                                                         : "admin.yaml";
    std::vector<std::string> words = {program, "--config", folder_ / file};
    if (program == "tercet") {
      words.insert(words.begin() + 1, "status");
    }
    words.insert(words.begin() + 1, options.begin(), options.end());
    const CommandResult result = run_program(words);
    EXPECT_EQ(result.exit_code, 1) << result.output;
    for (const std::string& text : texts) {
      EXPECT_NE(result.output.find(text), std::string::npos) << "no \"" << text << "\" in:\n"
                                                             << result.output;
    }
  }

  void append(const std::string& name, const std::string& line) const {
    std::ofstream(folder_ / name, std::ios::app) << line << '\n';
  }

  void open_to_all(const std::string& name) const {
    fs::permissions(folder_ / name, fs::perms::others_read, fs::perm_options::add);
  }

  static TemporaryDirectory& good() {
    static TemporaryDirectory folder;
    return folder;
  }

  TemporaryDirectory temporary_;
  const fs::path folder_ = temporary_.file("c");
};

TEST_F(BadConfiguration, FileThatIsNotThere) {
  for (const auto& [program, file] : {std::pair("tercet-node", "node-1.yaml"),
                                      std::pair("tercet-proxy", "proxy-1.yaml"),
                                      std::pair("tercet", "admin.yaml")}) {
    fs::remove(folder_ / file);
    expect_refusal(program, {file, "cannot be opened", "check that the file exists"});
  }
}

TEST_F(BadConfiguration, KeyThatIsNotKnown) {
  for (const auto& [program, file] : {std::pair("tercet-node", "node-1.yaml"),
                                      std::pair("tercet-proxy", "proxy-1.yaml"),
                                      std::pair("tercet", "admin.yaml")}) {
    append(file, "sealing_kee: x");
    expect_refusal(program, {file, "sealing_kee: is not a key that is known here", "configs/"});
  }
}

TEST_F(BadConfiguration, SecretThatOthersMayRead) {
  open_to_all("keys/node-1.sealing");
  expect_refusal("tercet-node", {"keys/node-1.sealing", "open to group or others", "chmod 600"});
  open_to_all("keys/proxy-1.key");
  expect_refusal("tercet-proxy", {"keys/proxy-1.key", "open to everyone", "chmod"});
  open_to_all("keys/admin-1.signing");
  expect_refusal("tercet", {"keys/admin-1.signing", "open to group or others", "chmod 600"});
}

TEST_F(BadConfiguration, CertificateThatIsMissingOrAnothers) {
  fs::remove(folder_ / "keys/proxy-1.crt");
  expect_refusal("tercet-proxy", {"keys/proxy-1.crt", "certificate cannot be used"});
  fs::copy_file(folder_ / "keys/node-2.key",
                folder_ / "keys/node-1.key",
                fs::copy_options::overwrite_existing);
  expect_refusal("tercet-node", {"keys/node-1.key", "private key cannot be used"}, {"--init"});
  fs::remove(folder_ / "keys/link-ca.crt");
  expect_refusal("tercet", {"keys/link-ca.crt", "CA certificate cannot be used"});
}

TEST_F(BadConfiguration, KeysOfAnotherNode) {
  fs::copy_file(folder_ / "keys/node-2.signing",
                folder_ / "keys/node-1.signing",
                fs::copy_options::overwrite_existing);
  expect_refusal("tercet-node", {"not those of the cluster file", "cluster.yaml"});
}

TEST_F(BadConfiguration, DataDirectoryThatIsOpenOrNoneOrInUse) {
  fs::permissions(folder_ / "node-1", fs::perms::others_read, fs::perm_options::add);
  expect_refusal("tercet-node", {"/node-1", "others may read or write it", "chmod 0700"});
  fs::remove(folder_ / "node-1");
  std::ofstream(folder_ / "node-1") << "a file";
  expect_refusal("tercet-node", {"/node-1", "not a directory", "data_dir"});
}

TEST_F(BadConfiguration, DataDirectoryWithoutDataWhereThisIsNotSaid) {
  expect_refusal("tercet-node", {"/node-1", "holds no data of a node", "mounted", "--init"});
  fs::remove(folder_ / "node-1");
  expect_refusal("tercet-node", {"/node-1", "is not there", "mounted", "--init"});
  EXPECT_FALSE(fs::exists(folder_ / "node-1")) << "made without --init";
}

TEST_F(BadConfiguration, DataDirectoryOfARunningNodeOrUnderAnotherSealingKey) {
  LiveCluster cluster{LiveClusterOptions()};
  const Status started = cluster.start();
  ASSERT_TRUE(started.ok()) << started.error().to_string();
  const CommandResult second =
      run_program({"tercet-node", "--config", cluster.file("node-1.yaml")});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.output.find("another process uses it"), std::string::npos) << second.output;
  EXPECT_NE(second.output.find("stop the other tercet-node"), std::string::npos) << second.output;
  EXPECT_TRUE(cluster.alive("node-1"));

  cluster.kill("node-1");
  fs::copy_file(cluster.file("keys/node-2.sealing"),
                cluster.file("keys/node-1.sealing"),
                fs::copy_options::overwrite_existing);
  const CommandResult other = run_program({"tercet-node", "--config", cluster.file("node-1.yaml")});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_NE(other.output.find("sealing key"), std::string::npos) << other.output;
}

TEST_F(BadConfiguration, PortThatIsTaken) {
  LiveCluster cluster{LiveClusterOptions()};
  const Status started = cluster.start();
  ASSERT_TRUE(started.ok()) << started.error().to_string();
  const std::string address = "127.0.0.1:" + std::to_string(cluster.proxy().port);
  std::string text = read_whole_file(folder_ / "proxy-1.yaml");
  const std::size_t at = text.find("listen_address: ") + std::string("listen_address: ").size();
  text.replace(at, text.find('\n', at) - at, '"' + address + '"');
  std::ofstream(folder_ / "proxy-1.yaml") << text;
  expect_refusal("tercet-proxy", {address});
}

TEST(ExitCodes, AreAsTheHelpSays) {
  const TemporaryDirectory temporary;
  const std::string folder = temporary.file("c");
  ASSERT_TRUE(run_program({"tercet", "dev", "prepare", "--no-kms", "--dir", folder}).done());
  const std::string admin = folder + "/admin.yaml";
  const std::pair<int, std::vector<std::string>> cases[] = {
      {0, {"tercet", "--help"}},
      {0, {"tercet", "key", "--help"}},
      {0, {"tercet", "--version"}},
      {0, {"tercet-node", "--version"}},
      {0, {"tercet-proxy", "--version"}},
      {0, {"tercet-wan", "--help"}},
      {0, {"tercet-node", "--help"}},
      {0, {"tercet-proxy", "--help"}},
      {0, {"tercet-node", "--check", "--config", folder + "/node-1.yaml"}},
      {0, {"tercet-proxy", "--check", "--config", folder + "/proxy-1.yaml"}},
      {1, {"tercet", "key", "import", "--id", "a", "--key-file", "absent", "--config", admin}},
      {1, {"tercet", "dev", "status", "--dir", folder}},
      {2, {"tercet"}},
      {2, {"tercet", "kee"}},
      {2, {"tercet", "key"}},
      {2, {"tercet", "status"}},
      {2, {"tercet", "status", "--config", admin, "--verbose"}},
      {2, {"tercet", "key", "create", "--config", admin}},
      {2, {"tercet", "key", "create", "--id", "a/b", "--config", admin}},
      {2, {"tercet", "key", "create", "--id", "a", "--usage", "all", "--config", admin}},
      {2, {"tercet", "key", "create", "--id", "a", "--store=dev", "--no-store", "--config", admin}},
      {2, {"tercet-node"}},
      {2, {"tercet-proxy", "--help-me"}},
      {3, {"tercet", "status", "--config", admin}},
      {3, {"tercet", "key", "list", "--config", admin}},
      {3, {"tercet", "key", "show", "--id", "a", "--config", admin}},
      {3, {"tercet", "key", "disable", "--id", "a", "--config", admin}},
      {3, {"tercet", "key", "create", "--id", "a", "--timeout-s", "1", "--config", admin}},
  };
  for (const auto& [code, words] : cases) {
    const CommandResult result = run_program(words);
    std::string line;
    for (const std::string& word : words) {
      line += word + ' ';
    }
    EXPECT_EQ(result.exit_code, code) << line << '\n' << result.output;
    EXPECT_FALSE(result.output.empty() && code != 0) << line << "says nothing";
  }
}

}  // namespace
}  // namespace tercet::test
