#include "node/command/command.h"

#include <gtest/gtest.h>

#include "tests/unit/node/command/command_fixture.h"

namespace tercet::test {
namespace {

using node::Command;

Command import_command(const TestCluster& cluster) {
  node::ImportKey body(key_id("own-2026"));
  body.terms.framing = node::KeyFraming::raw;
  body.terms.enabled = false;
  body.terms.usage = node::KeyUsage{false, true};
  body.payload.nonce = {9, 8, 7};
  body.payload.commitments[2] = {1};
  for (Bytes& box : body.payload.boxes) {
    box = Bytes(200, 0xab);
  }
  return cluster.command(std::move(body));
}

std::vector<Command> one_of_each(const TestCluster& cluster) {
  return {cluster.create("k"),
          import_command(cluster),
          cluster.command(node::RotateKey(key_id("k"), KeyVersion(2))),
          cluster.enable("k", {CommandId({1}), CommandId({2})}),
          cluster.disable("k")};
}

TEST(Command, PrintsWhatItParses) {
  const TestCluster cluster;
  ASSERT_EQ(one_of_each(cluster).size(), std::variant_size_v<node::CommandBody>);
  for (const Command& command : one_of_each(cluster)) {
    const std::string document = command.print();
    const Result<Command> parsed = Command::parse(document);
    ASSERT_TRUE(parsed.ok()) << document;
    EXPECT_EQ(parsed->print(), document);
    EXPECT_EQ(parsed->id, command.id);
    EXPECT_EQ(parsed->kind(), command.kind());
    EXPECT_EQ(parsed->key(), command.key());
    EXPECT_EQ(parsed->overrides, command.overrides);
  }
}

TEST(Command, OnlyPermitsNameWhatTheyOverride) {
  const TestCluster cluster;
  for (Command command : one_of_each(cluster)) {
    const bool permits = command.form() == node::CommandForm::permit;
    command.overrides = permits ? std::vector<CommandId>() : std::vector{CommandId({1})};
    EXPECT_FALSE(Command::parse(command.print()).ok()) << command.kind();
  }
  Command twice = cluster.enable("k", {CommandId({1}), CommandId({1})});
  EXPECT_FALSE(Command::parse(twice.print()).ok());
  twice.overrides = {CommandId({2}), CommandId({1})};
  EXPECT_FALSE(Command::parse(twice.print()).ok());
}

TEST(Command, RotatesToASecondVersionAtLeast) {
  const TestCluster cluster;
  for (const std::uint32_t version : {0U, 1U}) {
    const Command command = cluster.command(node::RotateKey(key_id("k"), KeyVersion(version)));
    EXPECT_FALSE(Command::parse(command.print()).ok());
  }
}

TEST(Command, RefusesWhatIsNotCanonical) {
  const TestCluster cluster;
  const std::string good = cluster.create("k").print();
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
  node::CreateKey body(key_id("k"));
  body.terms.framing = node::KeyFraming::raw;
  const Command command = cluster.command(std::move(body));
  EXPECT_FALSE(Command::parse(command.print()).ok());
}

TEST(CommandEnvelope, PrintsWhatItParsesAndRefusesOddSignatures) {
  const TestCluster cluster;
  const node::CommandEnvelope envelope = cluster.sign(cluster.create("k"), {0, 1});
  const Result<node::CommandEnvelope> parsed = node::CommandEnvelope::parse(envelope.print());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->document, envelope.document);
  EXPECT_EQ(parsed->signatures.size(), 2U);
  node::CommandEnvelope permit = envelope;
  permit.receipts.push_back(cluster.receipt(1, permit.document));
  ASSERT_TRUE(node::CommandEnvelope::parse(permit.print()).ok());
  EXPECT_EQ(node::CommandEnvelope::parse(permit.print())->receipts, permit.receipts);
  for (const char* bad : {"",
                          "{}",
                          "[]",
                          R"({"command":"x","signatures":[]})",
                          R"({"command":1,"receipts":[],"signatures":[]})",
                          R"({"command":"x","receipts":[],"signatures":{}})",
                          R"({"command":"x","receipts":[],"signatures":[1]})",
                          R"({"command":"x","receipts":[],"signatures":[{"administrator":"a"}]})",
                          R"({"command":"x","receipts":[{"node":1}],"signatures":[]})",
                          R"({"command":"x","receipts":[],"signatures":[],"more":1})"}) {
    EXPECT_FALSE(node::CommandEnvelope::parse(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace tercet::test
