#include "bench/load/options.h"

#include <gtest/gtest.h>

namespace tercet::bench {
namespace {

const std::vector<std::string> kLeast = {"--dev", "dev.json", "--op", "encrypt", "--rate", "20"};

std::vector<std::string> with(std::vector<std::string> more) {
  std::vector<std::string> words = kLeast;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(LoadOptions, TheLeastThatIsNeededHasTheDocumentedDefaults) {
  const Result<LoadOptions> options = parse_options(kLeast);
  ASSERT_TRUE(options.ok()) << options.error().to_string();
  EXPECT_EQ(options->dev_file, "dev.json");
  EXPECT_EQ(options->operation, Operation::encrypt);
  EXPECT_EQ(options->rate, 20);
  EXPECT_EQ(options->seconds, 10);
  EXPECT_EQ(options->plaintext_bytes, 96U);
  EXPECT_EQ(options->connections, 16U);
  EXPECT_EQ(options->timeout, Milliseconds(1000));
  EXPECT_FALSE(options->json);
}

TEST(LoadOptions, EveryOptionIsRead) {
  const Result<LoadOptions> options = parse_options(with({"--seconds=2.5",
                                                          "--size",
                                                          "4096",
                                                          "--connections",
                                                          "3",
                                                          "--warm-up",
                                                          "0",
                                                          "--settle",
                                                          "1",
                                                          "--timeout-ms",
                                                          "250",
                                                          "--key",
                                                          "k",
                                                          "--label",
                                                          "a b",
                                                          "--plot",
                                                          "p.svg",
                                                          "--json"}));
  ASSERT_TRUE(options.ok()) << options.error().to_string();
  EXPECT_EQ(options->seconds, 2.5);
  EXPECT_EQ(options->plaintext_bytes, 4096U);
  EXPECT_EQ(options->connections, 3U);
  EXPECT_EQ(options->warm_up_seconds, 0);
  EXPECT_EQ(options->settle_seconds, 1);
  EXPECT_EQ(options->timeout, Milliseconds(250));
  EXPECT_EQ(options->key, "k");
  EXPECT_EQ(options->label, "a b");
  EXPECT_EQ(options->plot_file, "p.svg");
  EXPECT_TRUE(options->json);
  const Result<LoadOptions> repeat =
      parse_options(with({"--op", "decrypt-repeat", "--repeat", "512"}));
  ASSERT_TRUE(repeat.ok()) << repeat.error().to_string();
  EXPECT_EQ(repeat->repeat_count, 512U);
}

TEST(LoadOptions, EveryOperationHasAName) {
  for (const Operation operation :
       {Operation::encrypt, Operation::decrypt_cold, Operation::decrypt_repeat, Operation::mixed}) {
    EXPECT_EQ(parse_operation(operation_name(operation)), operation);
  }
  EXPECT_FALSE(parse_operation("decrypt").has_value());
}

TEST(LoadOptions, WhatCannotBeMeasuredIsRefused) {
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"--dev", "d", "--op", "encrypt"},
      {"--dev", "d", "--rate", "1"},
      {"--op", "encrypt", "--rate", "1"},
      with({"--op", "delete"}),
      with({"--size", "31"}),
      with({"--size", "4097"}),
      with({"--size", "96x"}),
      with({"--rate", "0"}),
      with({"--rate", "nan"}),
      with({"--rate", "-5"}),
      with({"--seconds", "0"}),
      with({"--connections", "0"}),
      with({"--op", "decrypt-repeat", "--repeat", "513"}),
      with({"--timeout-ms", "0"}),
      with({"--rate", "100000", "--seconds", "100"}),
      with({"--unknown", "1"}),
      with({"--seconds"}),
      with({"--from", "a.json"}),
      {"--from", "a.json"},
      // More than there is memory for.
      with({"--op", "decrypt-cold", "--rate", "10000", "--seconds", "90", "--size", "4096"}),
      // What would be taken and ignored.
      with({"--repeat", "4"}),
      with({"--op", "decrypt-cold", "--key", "k"}),
      {"--plot", "p.svg", "--from", "a.json", "--rate", "5"},
      {"--plot", "p.svg", "--from", "a.json", "--json"},
  };
  for (const std::vector<std::string>& words : bad) {
    const Result<LoadOptions> options = parse_options(words);
    ASSERT_FALSE(options.ok()) << ::testing::PrintToString(words);
    EXPECT_EQ(options.error().code(), Errc::invalid_argument);
  }
}

TEST(LoadOptions, ReportsCanBePlottedWithoutACluster) {
  const Result<LoadOptions> options =
      parse_options({"--plot", "p.svg", "--from", "a.json", "--from", "b.json"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->from_files, (std::vector<std::string>{"a.json", "b.json"}));
}

TEST(LoadOptions, HelpNamesEveryOption) {
  ASSERT_TRUE(parse_options({"--help"}).ok());
  EXPECT_TRUE(parse_options({"--help"})->help);
  for (const char* option : {"--dev",
                             "--op",
                             "--rate",
                             "--seconds",
                             "--size",
                             "--connections",
                             "--warm-up",
                             "--settle",
                             "--repeat",
                             "--timeout-ms",
                             "--key",
                             "--label",
                             "--json",
                             "--plot",
                             "--from",
                             "Exit codes"}) {
    EXPECT_NE(usage().find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace tercet::bench
