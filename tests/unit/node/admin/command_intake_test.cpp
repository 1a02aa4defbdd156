#include "node/admin/command_intake.h"

#include <gtest/gtest.h>

#include "node/admin/key_registry.h"
#include "node/store/key_records.h"
#include "tests/unit/node/admin/admin_fixture.h"

namespace tercet::test {
namespace {

using node::Command;
using node::CommandKind;
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

  /// A key that has been made, at revision 1.
  void have_key(const std::string& key) {
    ASSERT_TRUE(submit(cluster.sign(cluster.command(CommandKind::create_key, key), both)).ok());
  }

  Command change(CommandKind kind, const std::string& key, std::uint64_t revision) {
    Command command = cluster.command(kind, key);
    command.revision = revision;
    return command;
  }

  const node::KeyRecord& record(const std::string& key) { return *store->keys().find(key_id(key)); }

  const std::vector<std::size_t> both = {0, 1};
  TestCluster cluster{2};
  TemporaryDirectory dir;
  std::unique_ptr<node::NodeStore> store = open_store(dir.path()).value();
  node::KeyRegistry registry{*store, mpc::PartyIndex::p1};
  node::CommandVerifier verifier{cluster.config};
  node::CommandIntake intake{*store, registry, verifier, cluster.clock};
};

TEST_F(CommandIntakeTest, LogsACreationAndWakesTheMaker) {
  int woken = 0;
  intake.on_key_wanted([&] { ++woken; });
  const Command command = cluster.command(CommandKind::create_key, "k");
  const auto logged = submit(cluster.sign(command, both));
  ASSERT_TRUE(logged.ok()) << logged.error().to_string();
  EXPECT_EQ(logged->state, CommandState::accepted);
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(record("k").made_by, command.id);
  EXPECT_FALSE(record("k").serves());
  EXPECT_FALSE(registry.find(key_id("k")).has_value());
}

TEST_F(CommandIntakeTest, RefusesTooFewAdministrators) {
  const Command command = cluster.command(CommandKind::create_key, "k");
  EXPECT_EQ(code_of(cluster.sign(command, {0})), Errc::not_authenticated);
  EXPECT_EQ(code_of(cluster.sign(command, {})), Errc::not_authenticated);
  EXPECT_EQ(code_of(cluster.sign(command, {0, 0})), Errc::not_authenticated);
  EXPECT_EQ(store->keys().find(key_id("k")), nullptr);
  EXPECT_TRUE(submit(cluster.sign(command, {2, 1})).ok());
}

TEST_F(CommandIntakeTest, RefusesForgedSignaturesAndStrangers) {
  const Command command = cluster.command(CommandKind::create_key, "k");
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
  altered.document = cluster.command(CommandKind::create_key, "other").print();
  EXPECT_EQ(code_of(altered), Errc::not_authenticated);
}

TEST_F(CommandIntakeTest, RefusesAnotherClustersCommand) {
  Command command = cluster.command(CommandKind::create_key, "k");
  command.cluster = ClusterId({9});
  EXPECT_EQ(code_of(cluster.sign(command, both)), Errc::denied);
}

TEST_F(CommandIntakeTest, RefusesWhatIsNotFresh) {
  Command expired = cluster.command(CommandKind::create_key, "k");
  expired.expires_at = cluster.clock.now;
  EXPECT_EQ(code_of(cluster.sign(expired, both)), Errc::denied);
  Command future = cluster.command(CommandKind::create_key, "k");
  future.created_at = cluster.clock.now + 61;
  future.expires_at = future.created_at + 10;
  EXPECT_EQ(code_of(cluster.sign(future, both)), Errc::denied);
  Command lasting = cluster.command(CommandKind::create_key, "k");
  lasting.expires_at = lasting.created_at + node::kCommandLifetimeSecondsMax + 1;
  EXPECT_EQ(code_of(cluster.sign(lasting, both)), Errc::denied);
}

TEST_F(CommandIntakeTest, ActsOnceHoweverOftenItIsSent) {
  const node::CommandEnvelope create =
      cluster.sign(cluster.command(CommandKind::create_key, "k"), both);
  ASSERT_TRUE(submit(create).ok());
  cluster.clock.now += 1000;  // known by its id, however old
  EXPECT_TRUE(submit(create).ok());
  EXPECT_EQ(store->commands().length().value(), 1U);
}

TEST_F(CommandIntakeTest, RefusesAnotherCommandUnderAKnownId) {
  Command command = cluster.command(CommandKind::create_key, "k");
  ASSERT_TRUE(submit(cluster.sign(command, both)).ok());
  command.key = key_id("other");
  EXPECT_EQ(code_of(cluster.sign(command, both)), Errc::already_exists);
}

TEST_F(CommandIntakeTest, NeverGivesAnIdToAnotherKey) {
  have_key("k");
  EXPECT_EQ(code_of(cluster.sign(cluster.command(CommandKind::create_key, "k"), both)),
            Errc::already_exists);
  Command later = cluster.command(CommandKind::create_key, "new");
  later.revision = 1;
  EXPECT_EQ(code_of(cluster.sign(later, both)), Errc::wrong_state);
}

TEST_F(CommandIntakeTest, DisablesAtOnceAndEnablesWithTheRightRevisionOnly) {
  have_key("k");
  ASSERT_TRUE(submit(cluster.sign(change(CommandKind::disable_key, "k", 1), both)).ok());
  EXPECT_FALSE(record("k").enabled);
  EXPECT_EQ(record("k").revision, 2U);
  EXPECT_EQ(code_of(cluster.sign(change(CommandKind::enable_key, "k", 1), both)),
            Errc::wrong_state);
  EXPECT_EQ(code_of(cluster.sign(change(CommandKind::enable_key, "k", 3), both)),
            Errc::wrong_state);
  EXPECT_FALSE(record("k").enabled);
  ASSERT_TRUE(submit(cluster.sign(change(CommandKind::enable_key, "k", 2), both)).ok());
  EXPECT_TRUE(record("k").enabled);
  EXPECT_EQ(record("k").revision, 3U);
}

TEST_F(CommandIntakeTest, DoesNotEnableByAReplay) {
  have_key("k");
  ASSERT_TRUE(submit(cluster.sign(change(CommandKind::disable_key, "k", 1), both)).ok());
  const node::CommandEnvelope enable = cluster.sign(change(CommandKind::enable_key, "k", 2), both);
  ASSERT_TRUE(submit(enable).ok());
  ASSERT_TRUE(submit(cluster.sign(change(CommandKind::disable_key, "k", 3), both)).ok());
  ASSERT_TRUE(submit(enable).ok());  // known: answered, without effect
  EXPECT_FALSE(record("k").enabled);
}

TEST_F(CommandIntakeTest, DisablesEvenWhereAnEarlierCommandWasMissed) {
  have_key("k");
  ASSERT_TRUE(submit(cluster.sign(change(CommandKind::disable_key, "k", 5), both)).ok());
  EXPECT_FALSE(record("k").enabled);
  EXPECT_EQ(record("k").revision, 6U);
  EXPECT_EQ(code_of(cluster.sign(change(CommandKind::disable_key, "k", 2), both)),
            Errc::wrong_state);
}

TEST_F(CommandIntakeTest, RefusesChangesOfAKeyThatIsNotThere) {
  EXPECT_EQ(code_of(cluster.sign(change(CommandKind::disable_key, "k", 1), both)), Errc::not_found);
}

TEST_F(CommandIntakeTest, TakesFromAPeerWhatBlocksHoweverOldAndNothingElse) {
  have_key("k");
  const node::CommandEnvelope disable =
      cluster.sign(change(CommandKind::disable_key, "k", 1), both);
  const node::CommandEnvelope enable = cluster.sign(change(CommandKind::enable_key, "k", 2), both);
  cluster.clock.now += 100'000;
  EXPECT_TRUE(intake.offer(as_bytes(disable.print())).ok());
  EXPECT_FALSE(record("k").enabled);
  EXPECT_EQ(intake.offer(as_bytes(enable.print())).error().code(), Errc::denied);
  EXPECT_EQ(
      intake.offer(as_bytes(cluster.sign(change(CommandKind::disable_key, "k", 2), {0}).print()))
          .error()
          .code(),
      Errc::not_authenticated);
}

TEST_F(CommandIntakeTest, PassesOnWhatIsNewAndKeepsTheEnvelope) {
  std::vector<std::string> passed;
  intake.on_accepted([&](ByteView envelope) { passed.emplace_back(as_text(envelope)); });
  const Command command = cluster.command(CommandKind::create_key, "k");
  const node::CommandEnvelope envelope = cluster.sign(command, both);
  ASSERT_TRUE(submit(envelope).ok());
  ASSERT_TRUE(submit(envelope).ok());
  ASSERT_EQ(passed.size(), 1U);
  EXPECT_EQ(passed[0], envelope.print());
  ASSERT_EQ(intake.command_ids().size(), 1U);
  EXPECT_EQ(intake.command_ids()[0], command.id);
  EXPECT_EQ(as_text(*intake.command(command.id)), envelope.print());
  EXPECT_FALSE(intake.command(CommandId()).has_value());
}

TEST_F(CommandIntakeTest, DoesNotPassOnWhatCameFromAPeer) {
  std::size_t passed = 0;
  intake.on_accepted([&](ByteView) { ++passed; });
  const Command command = cluster.command(CommandKind::create_key, "k");
  ASSERT_TRUE(intake.offer(as_bytes(cluster.sign(command, both).print())).ok());
  EXPECT_EQ(intake.command_ids().size(), 1U);
  EXPECT_EQ(passed, 0U);
}

TEST_F(CommandIntakeTest, RemembersAllOfItAfterARestart) {
  have_key("k");
  ASSERT_TRUE(submit(cluster.sign(change(CommandKind::disable_key, "k", 1), both)).ok());
  const node::KeyRecord before = record("k");
  store.reset();
  store = open_store(dir.path()).value();
  EXPECT_EQ(record("k"), before);
  EXPECT_EQ(store->commands().length().value(), 2U);
}

}  // namespace
}  // namespace tercet::test
