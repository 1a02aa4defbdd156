#include <gtest/gtest.h>

#include "mpc/wire/vectors.h"
#include "tests/unit/proxy/coordinator/coordinator_fixture.h"

namespace tercet::proxy {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;
using test::CoordinatorTest;
using test::FakeNode;
using test::kGenerous;
using test::kLongBlocks;
using test::kShort;

TEST_F(CoordinatorTest, AuthenticatesBeforeItSaysWhySlotsAreRefused) {
  cluster.start();
  cluster.at_all([](FakeNode& node) {
    node.refuse[ProxyFrame::make_slots] = Errc::not_found;
    node.answer.error = Errc::not_authenticated;
  });
  EXPECT_EQ(encrypt().error().code(), Errc::not_authenticated);

  cluster.at_all([](FakeNode& node) { node.answer.error = Errc::not_found; });
  EXPECT_EQ(encrypt().error().code(), Errc::not_found);

  cluster.at_all([](FakeNode& node) { node.answer.error.reset(); });
  EXPECT_EQ(encrypt().error().code(), Errc::internal);
}

TEST_F(CoordinatorTest, AsksAboutTheSignatureFirstAfterManyBadOnes) {
  cluster.start();
  cluster.at_all([](FakeNode& node) { node.answer.error = Errc::not_authenticated; });
  for (int i = 0; i < 11; ++i) {
    EXPECT_EQ(authenticate().error().code(), Errc::not_authenticated);
  }

  EXPECT_EQ(encrypt().error().code(), Errc::not_authenticated);

  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots), 0U);
  EXPECT_EQ(cluster.coordinator.figures().signatures_refused, 12U);
}

/// A forged Decrypt of the longest ciphertext would cost nearly a batch.
TEST_F(CoordinatorTest, PlansNoVectorsForADecryptAfterManyBadSignatures) {
  cluster.start();
  cluster.at_all([](FakeNode& node) { node.answer.error = Errc::not_authenticated; });
  for (int i = 0; i < 11; ++i) {
    EXPECT_EQ(authenticate().error().code(), Errc::not_authenticated);
  }
  const std::uint64_t stock = cluster.coordinator.stock();

  EXPECT_EQ(decrypt().error().code(), Errc::not_authenticated);

  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::decrypt), 0U);
  EXPECT_EQ(cluster.coordinator.stock(), stock);

  cluster.at_all([](FakeNode& node) { node.answer.error.reset(); });
  EXPECT_TRUE(decrypt());
}

TEST_F(CoordinatorTest, AuthenticatesWithTwoNodes) {
  cluster.start();
  mpc::wire::KeyFacts facts;
  facts.enabled = true;
  cluster.at_all([&](FakeNode& node) { node.answer.facts = facts; });
  cluster.node(PartyIndex::p3).silent.insert(ProxyFrame::authenticate);

  const Authenticity answer = authenticate();

  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, facts);
}

TEST_F(CoordinatorTest, BelievesNoFactsThatOneNodeAloneStates) {
  cluster.start();
  mpc::wire::KeyFacts facts;
  for (const PartyIndex index : mpc::kAllParties) {
    cluster.node(index).answer.facts = facts;
    facts.enabled = !facts.enabled;
    facts.may_encrypt = index == PartyIndex::p2;
  }

  EXPECT_EQ(authenticate().error().code(), Errc::internal);
}

TEST_F(CoordinatorTest, AuthenticatesWhileOneNodeIsAway) {
  cluster.link(PartyIndex::p1);
  EXPECT_EQ(authenticate().error().code(), Errc::link_closed);

  cluster.link(PartyIndex::p2);

  EXPECT_TRUE(authenticate());
}

TEST_F(CoordinatorTest, ServesNothingWithoutALease) {
  EXPECT_EQ(decrypt().error().code(), Errc::closed);
  EXPECT_EQ(encrypt().error().code(), Errc::closed);
}

void use_up_the_stock(CoordinatorTest& test) {
  while (test.cluster.coordinator.stock() > 0) {
    ASSERT_TRUE(test.decrypt());
  }
}

TEST_F(CoordinatorTest, WaitsForVectorsInsideTheDeadline) {
  cluster.script.batch_vectors = 2000;
  cluster.start();
  use_up_the_stock(*this);
  TaskGroup group(cluster.context.get_executor());
  std::optional<Result<Bytes>> first;
  std::optional<Result<Bytes>> second;
  group.spawn(test::keep_decrypted(cluster.coordinator, decrypt_job(), first, kGenerous));
  group.spawn(test::keep_decrypted(cluster.coordinator, decrypt_job(), second, kGenerous));
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.figures().plans_waited == 2; }));
  EXPECT_FALSE(first);

  cluster.announce_batch(2000);

  ASSERT_TRUE(cluster.run_until([&] { return first && second; }));
  EXPECT_TRUE(*first);
  EXPECT_TRUE(*second);
  block_on(cluster.context, test::close_and_join(group));
}

/// To say "too much load" of a cluster that stands still would be a lie, and callers would retry.
TEST_F(CoordinatorTest, CallsItATimeoutWhereNoVectorsAreMade) {
  cluster.script.batch_vectors = 2000;
  cluster.start();
  use_up_the_stock(*this);

  EXPECT_EQ(decrypt(kShort).error().code(), Errc::timeout);
  EXPECT_EQ(encrypt(kShort).error().code(), Errc::timeout);
}

TEST_F(CoordinatorTest, ThrottlesWhereOthersUsedWhatWasMade) {
  cluster.script.batch_vectors = 2000;
  cluster.start();
  use_up_the_stock(*this);
  TaskGroup group(cluster.context.get_executor());
  std::optional<Result<Bytes>> waits;
  group.spawn(
      test::keep_decrypted(cluster.coordinator, long_decrypt_job(), waits, Milliseconds(300)));
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.figures().plans_waited == 1; }));
  cluster.announce_batch(2000);  // not enough for this one

  EXPECT_TRUE(decrypt()) << "what is of no use to those before it may be taken";
  ASSERT_TRUE(cluster.run_until([&] { return waits.has_value(); }));
  EXPECT_EQ(waits->error().code(), Errc::exhausted);
  block_on(cluster.context, test::close_and_join(group));
}

/// Else a large request would never be served beside many small ones.
TEST_F(CoordinatorTest, LetsNobodyOvertakeThoseWhoWait) {
  cluster.script.batch_vectors = 2000;
  cluster.start();
  use_up_the_stock(*this);
  TaskGroup group(cluster.context.get_executor());
  std::optional<Result<Bytes>> large;
  std::optional<Result<Bytes>> small;
  group.spawn(test::keep_decrypted(cluster.coordinator, long_decrypt_job(), large, kGenerous));
  group.spawn(test::keep_decrypted(cluster.coordinator, decrypt_job(), small, Milliseconds(300)));
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.figures().plans_waited == 2; }));

  cluster.script.decrypt_bytes = kLongBlocks * 16;
  cluster.announce_batch(mpc::vectors_needed(kLongBlocks) + 100);

  ASSERT_TRUE(cluster.run_until([&] { return large && small; }));
  EXPECT_TRUE(*large);
  EXPECT_EQ(small->error().code(), Errc::exhausted);
  block_on(cluster.context, test::close_and_join(group));
}

TEST_F(CoordinatorTest, CallsNothingTooMuchLoadUntilAllThreeHaveSpoken) {
  cluster.start();
  refuse_at({PartyIndex::p1, PartyIndex::p3}, ProxyFrame::decrypt, Errc::overloaded);
  cluster.node(PartyIndex::p2).silent.insert(ProxyFrame::decrypt);
  EXPECT_EQ(decrypt(kShort).error().code(), Errc::timeout) << "one hangs, and the others fill up";

  cluster.node(PartyIndex::p2).silent.clear();
  refuse_at({PartyIndex::p2}, ProxyFrame::decrypt, Errc::peer_aborted);
  EXPECT_EQ(decrypt().error().code(), Errc::overloaded);
}

TEST_F(CoordinatorTest, CallsItNoLoadWhereTheThirdIsGone) {
  cluster.start();
  refuse_at({PartyIndex::p1, PartyIndex::p3}, ProxyFrame::decrypt, Errc::overloaded);
  cluster.node(PartyIndex::p2).silent.insert(ProxyFrame::decrypt);
  TaskGroup group(cluster.context.get_executor());
  std::optional<Result<Bytes>> outcome;
  group.spawn(test::keep_decrypted(cluster.coordinator, decrypt_job(), outcome, kGenerous));
  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.node(PartyIndex::p2).count(ProxyFrame::decrypt) == 1; }));

  cluster.node(PartyIndex::p2).close();

  ASSERT_TRUE(cluster.run_until([&] { return outcome.has_value(); }));
  EXPECT_EQ(outcome->error().code(), Errc::link_closed);
  block_on(cluster.context, test::close_and_join(group));
}

TEST_F(CoordinatorTest, WantsTheSameLeaseFromAllThree) {
  cluster.node(PartyIndex::p2).tamper = [](Frame& frame) {
    if (frame.type == static_cast<std::uint8_t>(ProxyFrame::lease_opened)) {
      frame.body.back() ^= 1;
    }
  };
  for (const PartyIndex index : mpc::kAllParties) {
    cluster.link(index);
  }
  TaskGroup group(cluster.context.get_executor());
  group.spawn(cluster.coordinator.keep_lease());

  EXPECT_TRUE(cluster.run_until([&] { return cluster.coordinator.figures().leases_failed > 0; }));
  EXPECT_FALSE(cluster.coordinator.has_lease());

  cluster.node(PartyIndex::p2).tamper = nullptr;
  EXPECT_TRUE(cluster.run_until([&] { return cluster.coordinator.has_lease(); }))
      << "it tries again";
  block_on(cluster.context, test::close_and_join(group));
}

/// The others wait for the node that refused: so must not the proxy.
TEST_F(CoordinatorTest, ProposesAgainAfterOneRefusal) {
  cluster.at_all([](FakeNode& node) { node.silent.insert(ProxyFrame::propose_lease); });
  cluster.node(PartyIndex::p1).silent.clear();
  cluster.node(PartyIndex::p1).refuse[ProxyFrame::propose_lease] = Errc::link_closed;
  for (const PartyIndex index : mpc::kAllParties) {
    cluster.link(index);
  }
  TaskGroup group(cluster.context.get_executor());
  group.spawn(cluster.coordinator.keep_lease());

  EXPECT_TRUE(cluster.run_until(
      [&] { return cluster.node(PartyIndex::p1).count(ProxyFrame::propose_lease) > 1; }));
  EXPECT_FALSE(cluster.coordinator.has_lease());
  block_on(cluster.context, test::close_and_join(group));
}

TEST_F(CoordinatorTest, OpensANewLeaseWhenANodeEndsIt) {
  cluster.start();
  mpc::wire::LeaseEnded ended;
  ended.lease = cluster.script.lease;
  cluster.node(PartyIndex::p2).send(ProxyFrame::lease_ended, ended.encode());

  EXPECT_TRUE(cluster.run_until([&] { return cluster.coordinator.figures().leases_opened == 2; }));
}

TEST_F(CoordinatorTest, OpensANewLeaseWhenANodeDoesNotKnowIt) {
  cluster.start();
  refuse_at({PartyIndex::p1}, ProxyFrame::decrypt, Errc::closed);
  refuse_at({PartyIndex::p2, PartyIndex::p3}, ProxyFrame::decrypt, Errc::peer_aborted);
  EXPECT_FALSE(decrypt());

  EXPECT_TRUE(cluster.run_until([&] { return cluster.coordinator.figures().leases_opened == 2; }));
}

TEST_F(CoordinatorTest, FailsARequestAtOnceWhenALinkBreaks) {
  cluster.start();
  cluster.node(PartyIndex::p2).silent.insert(ProxyFrame::decrypt);
  std::optional<Result<Bytes>> outcome;
  TaskGroup group(cluster.context.get_executor());
  group.spawn(test::keep_decrypted(cluster.coordinator, decrypt_job(), outcome, kGenerous));
  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.node(PartyIndex::p2).count(ProxyFrame::decrypt) == 1; }));

  cluster.node(PartyIndex::p2).close();

  ASSERT_TRUE(cluster.run_until([&] { return outcome.has_value(); }, Milliseconds(1000)));
  EXPECT_EQ(outcome->error().code(), Errc::link_closed);
  block_on(cluster.context, group.join());
}

TEST_F(CoordinatorTest, TellsTheNodesWhenTheClientIsGone) {
  cluster.start();
  cluster.at_all([](FakeNode& node) { node.silent.insert(ProxyFrame::decrypt); });
  std::optional<Result<Bytes>> outcome;
  TaskGroup group(cluster.context.get_executor());
  group.spawn(test::keep_decrypted(cluster.coordinator, decrypt_job(), outcome, kGenerous));
  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.node(PartyIndex::p3).count(ProxyFrame::decrypt) == 1; }));

  block_on(cluster.context, test::close_and_join(group));

  EXPECT_TRUE(cluster.run_until(
      [&] { return cluster.node(PartyIndex::p3).count(ProxyFrame::cancel) == 1; }));
  EXPECT_FALSE(outcome->ok());
}

TEST_F(CoordinatorTest, RefusesWhatIsTooLongWithoutAskingTheNodes) {
  cluster.start();
  EncryptJob job = encrypt_job();
  job.plaintext = Bytes(270 * 16 + 1, 1);

  const Result<Encrypted> encrypted =
      block_on(cluster.context,
               cluster.coordinator.encrypt(std::move(job), Deadline::in(real_clock(), kGenerous)));

  EXPECT_EQ(encrypted.error().code(), Errc::unsupported);
  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots), 0U);
}

TEST_F(CoordinatorTest, UsesWhatTheNodesRemember) {
  cluster.start();
  fixed_iv = 77;
  ASSERT_TRUE(decrypt());
  const std::uint64_t stock = cluster.coordinator.stock();

  ASSERT_TRUE(decrypt());

  EXPECT_EQ(cluster.coordinator.stock(), stock) << "no vectors";
  const auto second = mpc::wire::DecryptRequest::decode(
      cluster.node(PartyIndex::p1).received[ProxyFrame::decrypt].at(1).body);
  EXPECT_EQ(second->remembered, cluster.script.sid);
}

TEST_F(CoordinatorTest, GoesColdWhenANodeHasForgotten) {
  cluster.start();
  fixed_iv = 77;
  ASSERT_TRUE(decrypt());
  cluster.node(PartyIndex::p2).refuse[ProxyFrame::decrypt] = Errc::exhausted;
  cluster.node(PartyIndex::p2).refuse_times[ProxyFrame::decrypt] = 1;

  ASSERT_TRUE(decrypt());

  const auto third = mpc::wire::DecryptRequest::decode(
      cluster.node(PartyIndex::p1).received[ProxyFrame::decrypt].at(2).body);
  EXPECT_FALSE(third->remembered);
  EXPECT_EQ(cluster.coordinator.figures().decrypts_cold, 2U);
}

TEST_F(CoordinatorTest, DecryptsWhatItEncryptedFromMemory) {
  cluster.start();
  ASSERT_TRUE(encrypt());
  DecryptJob job = decrypt_job();
  job.iv = to_bytes(cluster.script.iv);

  ASSERT_TRUE(
      block_on(cluster.context,
               cluster.coordinator.decrypt(std::move(job), Deadline::in(real_clock(), kGenerous))));

  EXPECT_EQ(cluster.coordinator.figures().decrypts_remembered, 1U);
}

TEST_F(CoordinatorTest, MakesSlotsAheadForKeysInUse) {
  cluster.script.batch_vectors = 1U << 20U;
  cluster.start();
  TaskGroup group(cluster.context.get_executor());
  group.spawn(cluster.coordinator.keep_slots());
  ASSERT_TRUE(encrypt());
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.slots_ready() > 0; }));

  ASSERT_TRUE(encrypt());

  EXPECT_EQ(cluster.coordinator.figures().encrypts_prepared, 1U);
  EXPECT_EQ(cluster.coordinator.figures().encrypts_on_the_spot, 1U);
  block_on(cluster.context, test::close_and_join(group));
}

TEST_F(CoordinatorTest, ThrowsPreparedSlotsAwayAfterARefusal) {
  cluster.script.batch_vectors = 1U << 20U;
  cluster.start();
  TaskGroup group(cluster.context.get_executor());
  group.spawn(cluster.coordinator.keep_slots());
  ASSERT_TRUE(encrypt());
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.slots_ready() > 0; }));
  block_on(cluster.context, test::close_and_join(group));
  refuse_at({PartyIndex::p1, PartyIndex::p2}, ProxyFrame::encrypt, Errc::wrong_state);
  EXPECT_EQ(encrypt().error().code(), Errc::wrong_state);
  cluster.at_all([](FakeNode& node) { node.refuse.clear(); });

  ASSERT_TRUE(encrypt());

  EXPECT_EQ(cluster.coordinator.figures().encrypts_on_the_spot, 2U);
}

/// Nobody without the secret empties the slots of a key faster than one at a time.
TEST_F(CoordinatorTest, KeepsPreparedSlotsAfterABadOrRepeatedSignature) {
  cluster.script.batch_vectors = 1U << 20U;
  cluster.start();
  TaskGroup group(cluster.context.get_executor());
  group.spawn(cluster.coordinator.keep_slots());
  ASSERT_TRUE(encrypt());
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.slots_ready() > 2; }));
  block_on(cluster.context, test::close_and_join(group));
  const std::size_t ready = cluster.coordinator.slots_ready();
  for (const Errc code : {Errc::not_authenticated, Errc::replayed}) {
    refuse_at({PartyIndex::p1, PartyIndex::p2}, ProxyFrame::encrypt, code);
    EXPECT_EQ(encrypt().error().code(), code);
  }

  EXPECT_EQ(cluster.coordinator.slots_ready(), ready - 2);
}

}  // namespace
}  // namespace tercet::proxy
