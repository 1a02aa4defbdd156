// Sites so far apart that a session which makes slots takes longer than a request has.

#include <gtest/gtest.h>

#include "tests/unit/proxy/coordinator/coordinator_fixture.h"

namespace tercet::proxy {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;
using test::CoordinatorTest;
using test::FakeNode;
using test::kGenerous;

/// What the nodes take for slots here, at least, and what requests have then.
constexpr Milliseconds kSession{800};
constexpr Milliseconds kRequest{700};

Task<void> keep_encrypted(Coordinator& coordinator,
                          EncryptJob job,
                          std::optional<Result<Encrypted>>& into,
                          Milliseconds limit) {
  into.emplace(co_await coordinator.encrypt(std::move(job), Deadline::in(real_clock(), limit)));
}

class FarSites : public CoordinatorTest {
 protected:
  /// The first Encrypt has all the time of the world, and the proxy learns how long slots take.
  void SetUp() override {
    cluster.script.batch_vectors = 1U << 20U;
    cluster.start();
    group.spawn(cluster.coordinator.keep_slots());
    cluster.at_all([](FakeNode& node) { node.silent.insert(ProxyFrame::make_slots); });
    ask(first, kGenerous);
    ASSERT_TRUE(cluster.run_until([&] { return orders() == 2; })) << "on the spot, and ahead";
    cluster.run_until([] { return false; }, kSession);
    answer_order(0);
    ASSERT_TRUE(cluster.run_until([&] { return first.has_value(); }));
    ASSERT_TRUE(*first) << first->error().to_string();
  }

  void TearDown() override { block_on(cluster.context, test::close_and_join(group)); }

  void ask(std::optional<Result<Encrypted>>& into, Milliseconds limit) {
    group.spawn(keep_encrypted(cluster.coordinator, encrypt_job(), into, limit));
  }

  std::size_t orders() { return cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots); }

  void answer_order(std::size_t which) {
    for (const PartyIndex index : mpc::kAllParties) {
      FakeNode& node = cluster.node(index);
      const Bytes body = node.received[ProxyFrame::make_slots].at(which).body;
      const auto order = mpc::wire::MakeSlots::decode(body).value();
      node.send(ProxyFrame::slots_made, cluster.script.slots(index, order).encode());
    }
  }

  void answer_last_question() {
    cluster.at_all([](FakeNode& node) {
      const Bytes body = node.received[ProxyFrame::authenticate].back().body;
      node.answer.ticket = load_u64(ByteView(body).first(8));
      node.send(ProxyFrame::answer, node.answer.encode());
    });
  }

  TaskGroup group{cluster.context.get_executor()};
  std::optional<Result<Encrypted>> first;
  std::optional<Result<Encrypted>> second;
};

TEST_F(FarSites, AnEncryptWaitsForASlotThatIsMadeAhead) {
  ask(second, kRequest);
  ASSERT_TRUE(
      cluster.run_until([&] { return cluster.coordinator.figures().encrypts_waited == 1; }));
  EXPECT_EQ(orders(), 2U) << "none on the spot: its vectors would be burnt for nothing";

  answer_order(1);

  ASSERT_TRUE(cluster.run_until([&] { return second.has_value(); }));
  EXPECT_TRUE(*second) << second->error().to_string();
  EXPECT_EQ(cluster.coordinator.figures().encrypts_on_the_spot, 1U);
}

TEST_F(FarSites, SlotsThatComeWhileTheNodesAreAskedAreTaken) {
  cluster.at_all([](FakeNode& node) { node.silent.insert(ProxyFrame::authenticate); });
  ask(second, kRequest);
  ASSERT_TRUE(
      cluster.run_until([&] { return cluster.coordinator.figures().encrypts_waited == 1; }));
  answer_order(1);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.slots_ready() > 0; }));

  answer_last_question();

  ASSERT_TRUE(cluster.run_until([&] { return second.has_value(); }));
  EXPECT_TRUE(*second) << second->error().to_string();
}

TEST_F(FarSites, WhoIsNotAuthenticLearnsThatAndWaitsForNothing) {
  cluster.at_all([](FakeNode& node) { node.answer.error = Errc::not_authenticated; });
  ask(second, kRequest);
  ASSERT_TRUE(cluster.run_until([&] { return second.has_value(); }));
  EXPECT_EQ(second->error().code(), Errc::not_authenticated);
}

/// Else a shortage of vectors would count as distance, and the more slots would be wanted.
TEST_F(CoordinatorTest, WhatARequestWaitedForVectorsIsNoDistance) {
  cluster.script.batch_vectors = 2000;
  cluster.start();
  while (cluster.coordinator.stock() > 0) {
    ASSERT_TRUE(decrypt());
  }
  TaskGroup group(cluster.context.get_executor());
  std::optional<Result<Encrypted>> waited;
  group.spawn(keep_encrypted(cluster.coordinator, encrypt_job(), waited, kGenerous));
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.figures().plans_waited == 1; }));
  cluster.run_until([] { return false; }, kSession);
  cluster.announce_batch(2000);
  ASSERT_TRUE(cluster.run_until([&] { return waited.has_value(); }));
  ASSERT_TRUE(*waited) << waited->error().to_string();

  ASSERT_TRUE(encrypt(kRequest));
  EXPECT_EQ(cluster.coordinator.figures().encrypts_waited, 0U);
  EXPECT_EQ(cluster.coordinator.figures().encrypts_on_the_spot, 2U);
  block_on(cluster.context, test::close_and_join(group));
}

}  // namespace
}  // namespace tercet::proxy
