// Encrypts of somebody without the secret (protocol.md 9): they get no slots made ahead.

#include <gtest/gtest.h>

#include "tests/unit/proxy/coordinator/coordinator_fixture.h"

namespace tercet::proxy {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;
using test::CoordinatorTest;
using test::FakeNode;
using test::kGenerous;
using test::kShort;

class ForgedRequests : public CoordinatorTest {
 protected:
  /// Fewer than make the proxy ask about signatures first (BadSignatures).
  static constexpr std::size_t kForged = 8;

  void SetUp() override {
    cluster.script.batch_vectors = 1U << 20U;
    cluster.start();
    group.spawn(cluster.coordinator.keep_slots());
  }

  void TearDown() override { block_on(cluster.context, test::close_and_join(group)); }

  Result<Encrypted> encrypt_blocks(std::size_t blocks, Milliseconds limit = kGenerous) {
    const std::string plaintext(16 * blocks, 'x');
    return block_on(
        cluster.context,
        cluster.coordinator.encrypt(encrypt_job(plaintext), Deadline::in(real_clock(), limit)));
  }

  void forge(std::size_t times, std::size_t blocks) {
    cluster.at_all([](FakeNode& node) {
      node.refuse[ProxyFrame::encrypt] = Errc::not_authenticated;
      node.answer.error = Errc::not_authenticated;
    });
    for (std::size_t i = 0; i < times; ++i) {
      EXPECT_EQ(encrypt_blocks(blocks).error().code(), Errc::not_authenticated);
    }
    cluster.at_all([](FakeNode& node) {
      node.refuse.clear();
      node.answer.error.reset();
    });
  }

  /// Slots that the nodes were asked for, of this length.
  std::size_t slots_ordered(std::size_t blocks) {
    std::size_t sum = 0;
    for (const Frame& frame : cluster.node(PartyIndex::p1).received[ProxyFrame::make_slots]) {
      const auto order = mpc::wire::MakeSlots::decode(frame.body);
      sum += order->blocks == blocks ? order->count : 0U;
    }
    return sum;
  }

  /// Lets whatever was ordered be made, and more be ordered.
  void come_to_rest() {
    std::size_t before = 0;
    do {
      before = cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots);
      cluster.run_until([] { return false; }, Milliseconds(50));
    } while (cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots) != before);
  }

  TaskGroup group{cluster.context.get_executor()};
};

TEST_F(ForgedRequests, HaveNoSlotsMadeAhead) {
  forge(kForged, 2);
  come_to_rest();

  EXPECT_EQ(cluster.coordinator.slots_ready(), 0U);
  EXPECT_EQ(slots_ordered(2), kForged) << "one for each of them, on the spot";
}

TEST_F(ForgedRequests, DoNotGrowTheTargetOfAKeyInUse) {
  ASSERT_TRUE(encrypt_blocks(2));
  come_to_rest();
  const std::size_t ready = cluster.coordinator.slots_ready();
  ASSERT_GT(ready, 0U);

  forge(kForged, 20);
  come_to_rest();

  EXPECT_EQ(cluster.coordinator.slots_ready(), ready);
  EXPECT_EQ(slots_ordered(20), kForged) << "one for each of them, on the spot";
}

TEST_F(ForgedRequests, DoNotStopSlotsForGenuineOnes) {
  forge(kForged, 2);

  ASSERT_TRUE(encrypt_blocks(2));

  EXPECT_TRUE(cluster.run_until([&] { return cluster.coordinator.slots_ready() > 0; }));
}

/// A trickle of bad signatures, for which one needs no secret, would stop all Encrypts of far
/// sites.
TEST_F(ForgedRequests, DoNotStopSlotsHoweverManyTheyAre) {
  forge(3 * kForged, 2);

  ASSERT_TRUE(encrypt_blocks(2));

  EXPECT_TRUE(cluster.run_until([&] { return cluster.coordinator.slots_ready() > 0; }));
}

TEST_F(ForgedRequests, DoNotCountOverPreparedSlotsEither) {
  ASSERT_TRUE(encrypt_blocks(20));
  come_to_rest();

  forge(1, 2);
  come_to_rest();

  EXPECT_EQ(cluster.coordinator.figures().encrypts_prepared, 1U);
  EXPECT_EQ(slots_ordered(2), 0U);
}

TEST_F(ForgedRequests, GenuineOnesOverPreparedSlotsCount) {
  ASSERT_TRUE(encrypt_blocks(20));
  come_to_rest();
  EXPECT_GT(slots_ordered(20), 1U);

  ASSERT_TRUE(encrypt_blocks(2));
  come_to_rest();

  EXPECT_EQ(cluster.coordinator.figures().encrypts_prepared, 1U);
  EXPECT_GT(slots_ordered(2), 0U);
}

/// Where the nodes are far apart the first slot may come after the deadline; the next Encrypt must
/// find one.
TEST_F(ForgedRequests, AGenuineOneWhoseSlotIsLateStillPreparesForTheNext) {
  cluster.at_all([](FakeNode& node) { node.silent.insert(ProxyFrame::make_slots); });
  ASSERT_EQ(encrypt_blocks(2, kShort).error().code(), Errc::timeout);
  cluster.at_all([](FakeNode& node) { node.silent.clear(); });

  // Those ordered meanwhile got no answer either, and are ordered again.
  ASSERT_TRUE(cluster.run_until([&] { return cluster.coordinator.slots_ready() > 0; },
                                Milliseconds(30'000)));

  ASSERT_TRUE(encrypt_blocks(2));
  EXPECT_EQ(cluster.coordinator.figures().encrypts_prepared, 1U);
}

TEST_F(ForgedRequests, OneWhoseSlotIsLateIsKnownByItsSignature) {
  cluster.at_all([](FakeNode& node) {
    node.silent.insert(ProxyFrame::make_slots);
    node.answer.error = Errc::not_authenticated;
  });

  EXPECT_EQ(encrypt_blocks(2, kShort).error().code(), Errc::not_authenticated);

  EXPECT_EQ(cluster.coordinator.figures().signatures_refused, 1U);
  cluster.at_all([](FakeNode& node) { node.silent.clear(); });
  come_to_rest();
  EXPECT_EQ(cluster.coordinator.slots_ready(), 0U);
}

TEST_F(ForgedRequests, EachCountsAsOneBadSignature) {
  forge(kForged, 2);

  EXPECT_EQ(cluster.coordinator.figures().signatures_refused, kForged);
}

}  // namespace
}  // namespace tercet::proxy
