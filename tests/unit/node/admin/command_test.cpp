#include "node/admin/command.h"

#include <gtest/gtest.h>

#include "tests/unit/node/admin/admin_fixture.h"

namespace tercet::test {
namespace {

using node::Command;
using node::CommandKind;

Command import_command(const TestCluster& cluster) {
  Command command = cluster.command(CommandKind::import_key, "own-2026");
  command.framing = node::KeyFraming::raw;
  command.enabled = false;
  command.usage = node::KeyUsage{false, true};
  command.import.emplace();
  command.import->nonce = {9, 8, 7};
  command.import->commitments[2] = {1};
  for (Bytes& box : command.import->boxes) {
    box = Bytes(200, 0xab);
  }
  return command;
}

TEST(Command, PrintsWhatItParses) {
  const TestCluster cluster;
  for (const Command& command : {cluster.command(CommandKind::create_key, "k"),
                                 cluster.command(CommandKind::enable_key, "k"),
                                 cluster.command(CommandKind::disable_key, "k"),
                                 import_command(cluster)}) {
    const std::string document = command.print();
    const Result<Command> parsed = Command::parse(document);
    ASSERT_TRUE(parsed.ok()) << document;
    EXPECT_EQ(parsed->print(), document);
    EXPECT_EQ(parsed->id, command.id);
  }
}

TEST(Command, RefusesWhatIsNotCanonical) {
  const TestCluster cluster;
  const std::string good = cluster.command(CommandKind::create_key, "k").print();
  EXPECT_FALSE(Command::parse(good + " ").ok());
  EXPECT_FALSE(Command::parse(" " + good).ok());
  std::string spaced = good;
  spaced.insert(spaced.find(':') + 1, " ");
  EXPECT_FALSE(Command::parse(spaced).ok());
  std::string twice = good;
  twice.insert(1, "\"enabled\":false,");
  EXPECT_FALSE(Command::parse(twice).ok());
  std::string unknown = good;
  unknown.insert(1, "\"aaa\":1,");
  EXPECT_FALSE(Command::parse(unknown).ok());
}

TEST(Command, RefusesEveryTruncationAndFlippedCharacterOrReadsItAsItPrints) {
  const TestCluster cluster;
  const std::string good = import_command(cluster).print();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Command::parse(good.substr(0, size)).ok());
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x01);
    const Result<Command> parsed = Command::parse(bad);
    EXPECT_TRUE(!parsed || parsed->print() == bad) << i;
  }
}

TEST(Command, LetsOnlyImportedKeysBeRaw) {
  const TestCluster cluster;
  Command command = cluster.command(CommandKind::create_key, "k");
  command.framing = node::KeyFraming::raw;
  EXPECT_FALSE(Command::parse(command.print()).ok());
}

TEST(CommandEnvelope, PrintsWhatItParsesAndRefusesOddSignatures) {
  const TestCluster cluster;
  const node::CommandEnvelope envelope =
      cluster.sign(cluster.command(CommandKind::create_key, "k"), {0, 1});
  const Result<node::CommandEnvelope> parsed = node::CommandEnvelope::parse(envelope.print());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->document, envelope.document);
  EXPECT_EQ(parsed->signatures.size(), 2U);
  for (const char* bad : {"",
                          "{}",
                          "[]",
                          R"({"command":1,"signatures":[]})",
                          R"({"command":"x","signatures":{}})",
                          R"({"command":"x","signatures":[1]})",
                          R"({"command":"x","signatures":[{"administrator":"a"}]})",
                          R"({"command":"x","signatures":[],"more":1})"}) {
    EXPECT_FALSE(node::CommandEnvelope::parse(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace tercet::test
