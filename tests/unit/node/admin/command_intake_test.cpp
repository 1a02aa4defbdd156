#include "node/admin/command_intake.h"

#include <gtest/gtest.h>

#include "node/admin/key_registry.h"
#include "node/store/key_records.h"
#include "node/store/share_store.h"
#include "tests/unit/node/command/command_fixture.h"

namespace tercet::test {
namespace {

using node::Command;
using node::CommandOrigin;
using node::CommandState;

class CommandIntakeTest : public ::testing::Test {
 protected:
  Result<node::LoggedCommand> submit(const node::CommandEnvelope& envelope,
                                     CommandOrigin origin = CommandOrigin::administrator) {
    return intake.submit(envelope.print(), origin);
  }

  Errc code_of(const node::CommandEnvelope& envelope,
               CommandOrigin origin = CommandOrigin::administrator) {
    const Result<node::LoggedCommand> result = submit(envelope, origin);
    EXPECT_FALSE(result.ok());
    return result.ok() ? Errc::internal : result.error().code();
  }

  std::vector<CommandId> blocks(const std::string& key) {
    return store->commands().blocks().standing(key_id(key));
  }

  bool enabled(const std::string& key) { return registry.find(key_id(key))->facts.enabled; }

  const std::vector<std::size_t> both = {0, 1};
  TestCluster cluster{2};
  TemporaryDirectory dir;
  std::unique_ptr<node::NodeStore> store = open_store(dir.path()).value();
  node::KeyRegistry registry{*store, mpc::PartyIndex::p1};
  node::CommandVerifier verifier{cluster.config};
  node::CommandIntake intake{*store,
                             registry,
                             verifier,
                             cluster.config.id,
                             cluster.members(),
                             node::CommandIntake::Signer(mpc::PartyIndex::p1, cluster.signing[0]),
                             cluster.clock};
};

TEST_F(CommandIntakeTest, LogsACreationAndWakesTheMaker) {
  int woken = 0;
  intake.on_key_wanted([&] { ++woken; });
  int changed = 0;
  registry.on_change([&](const KeyId& /*key*/) { ++changed; });
  const Command command = cluster.create("k");
  const auto logged = submit(cluster.sign(command, both));
  ASSERT_TRUE(logged.ok()) << logged.error().to_string();
  EXPECT_EQ(logged->state, CommandState::accepted);
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(changed, 0) << "no key is another one yet";
  EXPECT_EQ(store->commands().waiting_on(key_id("k"))->at(0).id(), command.id);
  EXPECT_FALSE(registry.find(key_id("k")).has_value());
}

TEST_F(CommandIntakeTest, RefusesTooFewAdministrators) {
  const Command command = cluster.create("k");
  EXPECT_EQ(code_of(cluster.sign(command, {0})), Errc::not_authenticated);
  EXPECT_EQ(code_of(cluster.sign(command, {})), Errc::not_authenticated);
  EXPECT_EQ(code_of(cluster.sign(command, {0, 0})), Errc::not_authenticated);
  EXPECT_EQ(store->commands().length().value(), 0U);
  EXPECT_TRUE(submit(cluster.sign(command, {2, 1})).ok());
}

TEST_F(CommandIntakeTest, RefusesForgedSignaturesAndStrangers) {
  const Command command = cluster.create("k");
  node::CommandEnvelope flipped = cluster.sign(command, both);
  flipped.signatures[1].signature[10] ^= 1U;
  EXPECT_EQ(code_of(flipped), Errc::not_authenticated);
  node::CommandEnvelope stranger = cluster.sign(command, both);
  stranger.signatures[0].administrator = "dora";
  EXPECT_EQ(code_of(stranger), Errc::not_authenticated);
  node::CommandEnvelope swapped = cluster.sign(command, both);
  swapped.signatures[0].administrator = "cleo";
  EXPECT_EQ(code_of(swapped), Errc::not_authenticated);
  node::CommandEnvelope altered = cluster.sign(command, both);
  altered.document = cluster.create("other").print();
  EXPECT_EQ(code_of(altered), Errc::not_authenticated);
}

TEST_F(CommandIntakeTest, RefusesAnotherClustersCommand) {
  Command command = cluster.create("k");
  command.cluster = ClusterId({9});
  EXPECT_EQ(code_of(cluster.sign(command, both)), Errc::denied);
}

TEST_F(CommandIntakeTest, RefusesWhatIsNotFresh) {
  Command expired = cluster.create("k");
  expired.expires_at = cluster.clock.now;
  EXPECT_EQ(code_of(cluster.sign(expired, both)), Errc::denied);
  Command future = cluster.create("k");
  future.created_at = cluster.clock.now + 61;
  future.expires_at = future.created_at + 10;
  EXPECT_EQ(code_of(cluster.sign(future, both)), Errc::denied);
  Command lasting = cluster.create("k");
  lasting.expires_at = lasting.created_at + node::kCommandLifetimeSecondsMax + 1;
  EXPECT_EQ(code_of(cluster.sign(lasting, both)), Errc::denied);
}

TEST_F(CommandIntakeTest, ActsOnceHoweverOftenItIsSent) {
  const node::CommandEnvelope create = cluster.sign(cluster.create("k"), both);
  ASSERT_TRUE(submit(create).ok());
  cluster.clock.now += 1000;  // known by its id, however old
  EXPECT_TRUE(submit(create).ok());
  EXPECT_EQ(store->commands().length().value(), 1U);
}

TEST_F(CommandIntakeTest, RefusesAnotherCommandUnderAKnownId) {
  Command command = cluster.create("k");
  ASSERT_TRUE(submit(cluster.sign(command, both)).ok());
  command.body = node::CreateKey(key_id("other"));
  EXPECT_EQ(code_of(cluster.sign(command, both)), Errc::already_exists);
}

TEST_F(CommandIntakeTest, NeverGivesAnIdToAnotherKey) {
  ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());
  const node::CommandEnvelope create = cluster.sign(cluster.create("k"), both);
  EXPECT_EQ(code_of(create), Errc::already_exists);
  // From a peer it is kept as failed: all nodes know the same commands.
  const auto kept = submit(create, CommandOrigin::peer);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->state, CommandState::failed);
  EXPECT_TRUE(store->commands().waiting_on(key_id("k"))->empty());
}

TEST_F(CommandIntakeTest, TwoCreationsOfOneIdMayWait) {
  ASSERT_TRUE(submit(cluster.sign(cluster.create("k"), both)).ok());
  ASSERT_TRUE(submit(cluster.sign(cluster.create("k"), both)).ok());
  EXPECT_EQ(store->commands().waiting_on(key_id("k"))->size(), 2U);
}

TEST_F(CommandIntakeTest, ARotationWaitsForTheVersionBeforeItAndNeverMakesOneTwice) {
  const auto rotate = [&](std::uint32_t version) {
    return cluster.sign(cluster.command(node::RotateKey(key_id("k"), KeyVersion(version))), both);
  };
  EXPECT_EQ(submit(rotate(2))->state, CommandState::accepted);  // of a key not known yet
  ASSERT_TRUE(have_key(*store, epoch_of("k", 1, 1)).ok());
  EXPECT_EQ(submit(rotate(2))->state, CommandState::accepted);
  EXPECT_EQ(submit(rotate(3))->state, CommandState::accepted);
  ASSERT_TRUE(have_key(*store, epoch_of("k", 2, 2)).ok());
  EXPECT_EQ(code_of(rotate(2)), Errc::already_exists);
}

TEST_F(CommandIntakeTest, ABlockIsInForceOnArrivalAlsoForAKeyThatIsNotThere) {
  const Command disable = cluster.disable("k");
  EXPECT_EQ(submit(cluster.sign(disable, both))->state, CommandState::done);
  EXPECT_EQ(blocks("k"), std::vector{disable.id});
  ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());
  EXPECT_FALSE(enabled("k"));
}

TEST_F(CommandIntakeTest, APermitNeedsTwoReceiptsAndLiftsWhatItNamesOnly) {
  ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());
  const Command first = cluster.disable("k");
  const Command second = cluster.disable("k");
  const node::CommandEnvelope enable = cluster.sign(cluster.enable("k", {first.id}), both);
  ASSERT_TRUE(submit(cluster.sign(first, both)).ok());
  const auto taken = submit(enable);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->state, CommandState::accepted);
  ASSERT_EQ(taken->envelope.receipts.size(), 1U);
  EXPECT_FALSE(enabled("k"));
  node::CommandEnvelope with_two = enable;
  with_two.receipts.push_back(cluster.receipt(2, enable.document));
  ASSERT_TRUE(intake.offer(as_bytes(with_two.print())).ok());
  EXPECT_EQ(intake.find(taken->id())->state, CommandState::done);
  EXPECT_TRUE(enabled("k"));
  ASSERT_TRUE(submit(cluster.sign(second, both)).ok());
  EXPECT_FALSE(enabled("k"));
  EXPECT_EQ(blocks("k"), std::vector{second.id});
}

TEST_F(CommandIntakeTest, ReceiptsCountAtAnyLaterTime) {
  const Command disable = cluster.disable("k");
  node::CommandEnvelope enable = cluster.sign(cluster.enable("k", {disable.id}), both);
  cluster.clock.now += 100'000;
  EXPECT_EQ(code_of(enable), Errc::denied);
  enable.receipts = {cluster.receipt(1, enable.document)};
  ASSERT_TRUE(submit(cluster.sign(disable, both), CommandOrigin::peer).ok());
  const auto late = submit(enable, CommandOrigin::peer);
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(late->state, CommandState::accepted);
  EXPECT_EQ(late->envelope.receipts.size(), 1U) << "too late for a receipt of this node";
  EXPECT_EQ(blocks("k").size(), 1U);
  enable.receipts.push_back(cluster.receipt(2, enable.document));
  ASSERT_TRUE(intake.offer(as_bytes(enable.print())).ok());
  EXPECT_TRUE(blocks("k").empty());
}

/// A node whose clock is behind, or whom a fast administrator reached first.
TEST_F(CommandIntakeTest, APermitFromTheFutureGetsItsReceiptWhenItsTimeHasCome) {
  const Command disable = cluster.disable("k");
  Command early = cluster.enable("k", {disable.id});
  early.created_at = cluster.clock.now + 120;
  early.expires_at = early.created_at + 60;
  const node::CommandEnvelope enable = cluster.sign(early, both);
  std::vector<std::string> passed_on;
  intake.on_accepted([&](ByteView envelope) { passed_on.emplace_back(as_text(envelope)); });
  ASSERT_TRUE(submit(cluster.sign(disable, both)).ok());
  passed_on.clear();
  const auto kept = submit(enable, CommandOrigin::peer);
  ASSERT_TRUE(kept.ok());
  EXPECT_TRUE(kept->envelope.receipts.empty());
  EXPECT_TRUE(submit(enable, CommandOrigin::peer)->envelope.receipts.empty());
  cluster.clock.now += 120;
  EXPECT_EQ(submit(enable, CommandOrigin::peer)->envelope.receipts.size(), 1U);
  ASSERT_EQ(passed_on.size(), 1U) << "the peers lack it";
  EXPECT_EQ(node::CommandEnvelope::parse(passed_on[0])->receipts.size(), 1U);
  EXPECT_EQ(submit(enable, CommandOrigin::peer)->envelope.receipts.size(), 1U);
  EXPECT_EQ(passed_on.size(), 1U);
  EXPECT_EQ(blocks("k").size(), 1U);
  node::CommandEnvelope with_two = enable;
  with_two.receipts.push_back(cluster.receipt(1, enable.document));
  EXPECT_EQ(submit(with_two, CommandOrigin::peer)->state, CommandState::done);
  EXPECT_TRUE(blocks("k").empty());
}

TEST_F(CommandIntakeTest, RefusesForgedReceiptsAndCountsANodeOnce) {
  const Command disable = cluster.disable("k");
  ASSERT_TRUE(submit(cluster.sign(disable, both)).ok());
  const node::CommandEnvelope enable = cluster.sign(cluster.enable("k", {disable.id}), both);
  node::CommandEnvelope forged = enable;
  forged.receipts = {cluster.receipt(1, enable.document)};
  forged.receipts[0].node = mpc::PartyIndex::p3;
  EXPECT_EQ(intake.offer(as_bytes(forged.print())).error().code(), Errc::not_authenticated);
  forged.receipts = {cluster.receipt(1, "another document")};
  EXPECT_EQ(intake.offer(as_bytes(forged.print())).error().code(), Errc::not_authenticated);
  forged.receipts = {cluster.receipt(1, enable.document)};
  forged.receipts[0].membership = MembershipNumber(9);
  EXPECT_EQ(intake.offer(as_bytes(forged.print())).error().code(), Errc::not_authenticated);
  ASSERT_TRUE(submit(enable).ok());
  node::CommandEnvelope own_twice = enable;
  own_twice.receipts = {cluster.receipt(0, enable.document), cluster.receipt(0, enable.document)};
  ASSERT_TRUE(intake.offer(as_bytes(own_twice.print())).ok());
  EXPECT_EQ(blocks("k").size(), 1U);
}

TEST_F(CommandIntakeTest, TellsAPeerTheReceiptsItLacks) {
  const Command disable = cluster.disable("k");
  node::CommandEnvelope enable = cluster.sign(cluster.enable("k", {disable.id}), both);
  ASSERT_TRUE(submit(enable).ok());
  const node::DigestView digests(intake.digests());
  const node::ShortDigest with_one = digests.root();
  enable.receipts = {cluster.receipt(1, enable.document)};
  const auto back = intake.offer(as_bytes(enable.print()));
  ASSERT_TRUE(back.ok() && back->has_value());
  EXPECT_EQ(node::CommandEnvelope::parse(as_text(**back))->receipts.size(), 2U);
  EXPECT_NE(digests.root(), with_one) << "a peer with fewer receipts sees that it lacks some";
  enable.receipts.push_back(cluster.receipt(0, enable.document));
  EXPECT_FALSE(intake.offer(as_bytes(enable.print()))->has_value());
}

TEST_F(CommandIntakeTest, DoesNotEnableByAReplay) {
  ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());
  const Command disable = cluster.disable("k");
  ASSERT_TRUE(submit(cluster.sign(disable, both)).ok());
  node::CommandEnvelope enable = cluster.sign(cluster.enable("k", {disable.id}), both);
  enable.receipts = {cluster.receipt(1, enable.document)};
  ASSERT_TRUE(submit(enable, CommandOrigin::peer).ok());
  EXPECT_TRUE(enabled("k"));
  ASSERT_TRUE(submit(cluster.sign(cluster.disable("k"), both)).ok());
  ASSERT_TRUE(submit(enable, CommandOrigin::peer).ok());  // known: answered, without effect
  EXPECT_FALSE(enabled("k"));
}

TEST_F(CommandIntakeTest, KeepsWithoutEffectWhatComesTooLateFromAPeer) {
  const node::CommandEnvelope create = cluster.sign(cluster.create("k"), both);
  cluster.clock.now += 100'000;
  const auto kept = submit(create, CommandOrigin::peer);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->state, CommandState::failed);
  EXPECT_EQ(intake.offer(as_bytes(cluster.sign(cluster.disable("k"), {0}).print())).error().code(),
            Errc::not_authenticated);
}

TEST_F(CommandIntakeTest, WritesNoRecordOfWhatAPeerPassesOnUnsigned) {
  std::size_t records = 0;
  intake.on_command([&](const Command&, CommandOrigin, const Status&) { ++records; });
  const node::CommandEnvelope forged = cluster.sign(cluster.create("k"), {});
  EXPECT_FALSE(submit(forged, CommandOrigin::peer).ok());
  EXPECT_EQ(records, 0U);
  EXPECT_FALSE(submit(forged, CommandOrigin::administrator).ok());
  EXPECT_EQ(records, 1U);
  ASSERT_TRUE(submit(cluster.sign(cluster.create("k"), both), CommandOrigin::peer).ok());
  EXPECT_EQ(records, 2U);
}

TEST_F(CommandIntakeTest, PassesOnWhatIsNewAndKeepsTheEnvelope) {
  std::vector<std::string> passed;
  intake.on_accepted([&](ByteView envelope) { passed.emplace_back(as_text(envelope)); });
  const Command command = cluster.create("k");
  const node::CommandEnvelope envelope = cluster.sign(command, both);
  ASSERT_TRUE(submit(envelope).ok());
  ASSERT_TRUE(submit(envelope).ok());
  ASSERT_EQ(passed.size(), 1U);
  EXPECT_EQ(passed[0], envelope.print());
  EXPECT_EQ(intake.digests().size(), 1U);
  EXPECT_TRUE(intake.digests().contains(as_text(command.id.view())));
  EXPECT_EQ(as_text(*intake.command(command.id)), envelope.print());
  EXPECT_FALSE(intake.command(CommandId()).has_value());
}

TEST_F(CommandIntakeTest, DoesNotPassOnWhatCameFromAPeer) {
  std::size_t passed = 0;
  intake.on_accepted([&](ByteView) { ++passed; });
  const Command command = cluster.create("k");
  ASSERT_TRUE(intake.offer(as_bytes(cluster.sign(command, both).print())).ok());
  EXPECT_EQ(intake.digests().size(), 1U);
  EXPECT_EQ(passed, 0U);
}

TEST_F(CommandIntakeTest, RemembersAllOfItAfterARestart) {
  const Command disable = cluster.disable("k");
  const Command other = cluster.disable("k");
  node::CommandEnvelope enable = cluster.sign(cluster.enable("k", {disable.id}), both);
  enable.receipts = {cluster.receipt(1, enable.document)};
  ASSERT_TRUE(submit(cluster.sign(disable, both)).ok());
  ASSERT_TRUE(submit(cluster.sign(other, both)).ok());
  ASSERT_TRUE(submit(enable, CommandOrigin::peer).ok());
  const node::KeyBlocks before = store->commands().blocks();
  store.reset();
  store = open_store(dir.path()).value();
  EXPECT_EQ(store->commands().blocks(), before);
  EXPECT_EQ(blocks("k"), std::vector{other.id});
  EXPECT_EQ(store->commands().length().value(), 3U);
}

}  // namespace
}  // namespace tercet::test
