#include "node/keymaking/key_plan.h"

#include <gtest/gtest.h>

#include "node/store/command_log.h"
#include "tests/unit/node/command/command_fixture.h"

namespace tercet::test {
namespace {

using node::KeyPlan;

class Plans : public ::testing::Test {
 protected:
  Result<KeyPlan> plan(const node::Command& command) {
    node::LoggedCommand logged;
    logged.command = command;
    logged.envelope.document = command.print();
    return node::plan_of(logged, keys);
  }

  node::Command rotate(std::uint32_t version) {
    return cluster.command(node::RotateKey(key_id("k"), KeyVersion(version)));
  }

  TestCluster cluster;
  node::KeyRecords keys;
};

TEST_F(Plans, SaysAllThatIsKeptWithTheShares) {
  const node::Command create = cluster.create("k");
  const KeyPlan made = plan(create).value();
  EXPECT_EQ(made.command, create.id);
  EXPECT_EQ(made.version, KeyVersion(1));
  EXPECT_EQ(made.terms.store, "dev");
  EXPECT_EQ(made.before, EpochId());
  const KeyPlan read = KeyPlan::decode(made.encode()).value();
  EXPECT_EQ(read.encode(), made.encode());
  EXPECT_EQ(read.terms, made.terms);
}

TEST_F(Plans, DifferWithEveryWordOfTheCommand) {
  node::Command create = cluster.create("k");
  const Bytes before = plan(create)->encode();
  std::get<node::CreateKey>(create.body).terms.usage.encrypt = false;
  EXPECT_NE(plan(create)->encode(), before);
  create = cluster.create("k");
  EXPECT_NE(plan(create)->encode(), before);
  node::Command other_end = create;
  other_end.expires_at += 1;
  EXPECT_NE(plan(create)->encode(), plan(other_end)->encode());
}

TEST_F(Plans, ARotationContinuesFromTheVersionBefore) {
  EXPECT_EQ(plan(rotate(2)).error().code(), Errc::wrong_state);
  node::EpochRecord first = record_of(epoch_of("k", 1, 1));
  first.terms.enabled = false;
  keys.put(first);
  const KeyPlan second = plan(rotate(2)).value();
  EXPECT_EQ(second.before, first.name.epoch);
  EXPECT_EQ(second.terms.store, first.terms.store);
  EXPECT_EQ(second.terms.usage, first.terms.usage);
  EXPECT_EQ(plan(rotate(3)).error().code(), Errc::wrong_state);
  keys.put(record_of(epoch_of("k", 2, 2)));
  EXPECT_EQ(plan(rotate(2)).error().code(), Errc::already_exists);
  EXPECT_EQ(plan(rotate(3))->before, epoch_of("k", 2, 2).epoch);
}

TEST_F(Plans, ARawKeyHasOneVersionOnly) {
  node::EpochRecord raw = record_of(epoch_of("k"));
  raw.terms.framing = node::KeyFraming::raw;
  keys.put(raw);
  EXPECT_EQ(plan(rotate(2)).error().code(), Errc::unsupported);
}

TEST_F(Plans, AnIdIsNeverGivenToAnotherKey) {
  keys.put(record_of(epoch_of("k")));
  EXPECT_EQ(plan(cluster.create("k")).error().code(), Errc::already_exists);
}

TEST_F(Plans, AreRefusedWhenCutOrLengthened) {
  const Bytes good = plan(cluster.create("k"))->encode();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(KeyPlan::decode(ByteView(good).first(size)).ok());
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(KeyPlan::decode(longer).ok());
}

}  // namespace
}  // namespace tercet::test
