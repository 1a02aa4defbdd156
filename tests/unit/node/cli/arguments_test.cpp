#include "node/cli/arguments.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "node/cli/commands.h"
#include "node/cli/dev_layout.h"
#include "tests/support/temporary_directory.h"

namespace tercet::cli {

// main.cpp has them in the program.
Option config_option() {
  return Option("--config", "ADMIN.yaml", "file", Option::Need::required);
}

Option json_option() {
  return Option("--json", "", "json");
}

Option timeout_option() {
  return Option("--timeout-s", "N", "wait");
}

Option cosigner_option() {
  return Option("--cosigner", "ADMIN.yaml", "more", Option::Need::repeatable);
}

namespace {

class Calls {
 public:
  int runs = 0;
  Arguments last;
};

std::vector<SubCommand> sample(Calls& calls) {
  const auto run = [&calls](const Arguments& arguments) {
    ++calls.runs;
    calls.last = arguments;
    return kExitDone;
  };
  return {SubCommand("key make",
                     "Make one.",
                     {Option("--id", "KEY", "which", Option::Need::required),
                      Option("--count", "N", "how many"),
                      Option("--off", "", "a flag"),
                      Option("--with", "X", "several", Option::Need::repeatable)},
                     run),
          SubCommand("status", "Look.", {Option("--json", "", "a flag")}, run)};
}

TEST(Arguments, ReachTheSubCommand) {
  Calls calls;
  const std::vector<std::string> words = {
      "key", "make", "--id", "a", "--off", "--count=3", "--with", "x", "--with", "y"};
  EXPECT_EQ(dispatch(sample(calls), words), kExitDone);
  EXPECT_EQ(calls.runs, 1);
  EXPECT_EQ(calls.last.value("--id"), "a");
  EXPECT_TRUE(calls.last.has("--off"));
  EXPECT_EQ(calls.last.number("--count", 1, 1, 5).value(), 3U);
  EXPECT_EQ(calls.last.all("--with"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(dispatch(sample(calls), {"status", "--json"}), kExitDone);
  EXPECT_EQ(calls.runs, 2);
  EXPECT_EQ(dispatch(sample(calls), {"key", "make", "--id", "help"}), kExitDone);
  EXPECT_EQ(calls.runs, 3);
  EXPECT_EQ(calls.last.value("--id"), "help");
}

TEST(Arguments, WrongUsageExitsWithTwoAndDoesNothing) {
  Calls calls;
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"key"},
                                                       {"keys"},
                                                       {"key", "destroy"},
                                                       {"key", "make"},
                                                       {"key", "make", "--id"},
                                                       {"key", "make", "--id", "--off"},
                                                       {"key", "make", "--id", "a", "--id", "b"},
                                                       {"key", "make", "--id", "a", "--what"},
                                                       {"key", "make", "--id", "a", "b"},
                                                       {"key", "make", "--id", "a", "--off=1"},
                                                       {"status", "extra"}};
  for (const auto& words : wrong) {
    EXPECT_EQ(dispatch(sample(calls), words), kExitUsage);
  }
  EXPECT_EQ(calls.runs, 0);
}

TEST(Arguments, RefuseNumbersOutOfBounds) {
  for (const char* bad : {"0", "6", "-1", "2x", "", " 2", "99999999999"}) {
    Arguments arguments;
    arguments.add("--count", bad);
    EXPECT_FALSE(arguments.number("--count", 1, 1, 5).ok()) << bad;
  }
  EXPECT_EQ(Arguments().number("--count", 4, 1, 5).value(), 4U);
}

TEST(Help, IsThereAtEveryLevelAndComplete) {
  Calls calls;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--help"}, {"-h"}, {"key", "--help"}, {"key", "make", "--help"}, {"status", "-h"}}) {
    EXPECT_EQ(dispatch(sample(calls), words), kExitDone);
  }
  EXPECT_EQ(calls.runs, 0);
  const std::vector<SubCommand> commands = sample(calls);
  EXPECT_NE(help_of_program(commands).find("key make"), std::string::npos);
  EXPECT_NE(help_of_program(commands).find("3 a node or process"), std::string::npos);
  EXPECT_EQ(help_of_group(commands, "key").find("status"), std::string::npos);
  for (const Option& option : commands[0].options) {
    EXPECT_NE(help_of_command(commands[0]).find(option.name), std::string::npos);
  }
}

TEST(Help, EverySubCommandOfTheProductHasSummaryAndDescribedOptions) {
  std::size_t count = 0;
  for (const auto& part :
       {key_sub_commands(), store_sub_commands(), status_sub_commands(), dev_sub_commands()}) {
    for (const SubCommand& command : part) {
      ++count;
      EXPECT_FALSE(command.summary.empty()) << command.path;
      bool json = false;
      for (const Option& option : command.options) {
        EXPECT_FALSE(option.description.empty()) << command.path << " " << option.name;
        EXPECT_EQ(option.name.rfind("--", 0), 0U);
        json = json || option.name == "--json";
      }
      EXPECT_TRUE(json) << command.path;
    }
  }
  EXPECT_EQ(count, 13U);
}

TEST(KeyCommands, RefuseWrongIdsAndMissingFilesWithoutTouchingTheNetwork) {
  const std::vector<SubCommand> commands = key_sub_commands();
  EXPECT_EQ(dispatch(commands, {"key", "show", "--config", "/absent.yaml", "--id", "a/b"}),
            kExitUsage);
  EXPECT_EQ(dispatch(commands, {"key", "show", "--config", "/absent.yaml", "--id", "a"}),
            kExitFailed);
  EXPECT_EQ(
      dispatch(commands,
               {"key", "create", "--config", "/absent.yaml", "--id", "a", "--timeout-s", "0"}),
      kExitUsage);
}

/// They change modes and replace files in the folder they are given.
TEST(DevCommands, LeaveFoldersOfOthersAlone) {
  const test::TemporaryDirectory dir;
  std::ofstream(dir.file("letter")) << "of somebody else";
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
  for (const char* verb : {"prepare", "up", "status", "down"}) {
    EXPECT_EQ(dispatch(dev_sub_commands(), {"dev", verb, "--dir", dir.path()}), kExitFailed)
        << verb;
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
  EXPECT_EQ(std::filesystem::status(dir.path()).permissions(), std::filesystem::perms(0755));
}

TEST(Arguments, TellTheCallAsAShellTakesItAgain) {
  const SubCommand command("key create", "", {Option("--id", "KEY", "")}, nullptr);
  EXPECT_EQ(parse_arguments(command, {"--id", "k-1"})->call(), "tercet key create --id k-1");
  EXPECT_EQ(parse_arguments(command, {"--id", "it's two"})->call(),
            R"(tercet key create --id 'it'\''s two')");
  EXPECT_EQ(parse_arguments(command, {"--id", ""})->call(), "tercet key create --id ''");
}

TEST(DevCommands, StartNothingThatWasNotPrepared) {
  const test::TemporaryDirectory dir;
  const std::vector<SubCommand> commands = dev_sub_commands();
  const std::string folder = dir.file("cluster");
  ASSERT_EQ(dispatch(commands, {"dev", "prepare", "--no-kms", "--dir", folder}), kExitDone);
  for (const std::vector<std::string>& also :
       std::vector<std::vector<std::string>>{{}, {"--no-kms", "--proxies", "2"}}) {
    std::vector<std::string> words = {"dev", "up", "--keep-config", "--dir", folder};
    words.insert(words.end(), also.begin(), also.end());
    EXPECT_EQ(dispatch(commands, words), kExitFailed);
  }
  const DevLayout layout(folder);
  EXPECT_TRUE(load_dev_state(layout).value().value().processes.empty());
  EXPECT_FALSE(std::filesystem::exists(layout.file("log/node-1.log"))) << "a node was started";
}

TEST(DevCommands, RefuseWrongOptionsAndAbsentClusters) {
  const std::vector<SubCommand> commands = dev_sub_commands();
  EXPECT_EQ(dispatch(commands, {"dev", "up", "--rtt-ms", "20", "--wan", "/absent.yaml"}),
            kExitUsage);
  EXPECT_EQ(dispatch(commands, {"dev", "up", "--proxies", "0"}), kExitUsage);
  EXPECT_EQ(dispatch(commands, {"dev", "status", "--dir", "/absent/cluster"}), kExitFailed);
  EXPECT_EQ(dispatch(commands, {"dev", "down", "--dir", "/absent/cluster"}), kExitFailed);
}

}  // namespace
}  // namespace tercet::cli
