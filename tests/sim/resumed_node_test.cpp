// Attack 6 of protocol.md 13 at link set-up: a node that was restarted, or resumed from an older
// memory image, gets no pair secret that was used before.

#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "mpc/prf/pair_secret.h"
#include "node/link/link_setup.inl.h"
#include "tests/support/memory_link.h"
#include "tests/support/memory_network.h"
#include "tests/support/test_members.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::BasicLinkSetup;
using node::FullLinkDefences;
using node::PeerRecord;
using node::SetupOutcome;

GenerationId generation_of(std::uint8_t value) {
  std::array<std::uint8_t, GenerationId::kBytes> bytes{};
  bytes.fill(value);
  return GenerationId(bytes);
}

/// How a set-up ended at both.
class Ends {
 public:
  Ends() = default;
  std::optional<Result<SetupOutcome>> at_1;
  std::optional<Result<SetupOutcome>> at_2;
  std::optional<GenerationId> ended_at_1;  ///< of P2
  bool self_ended_at_2 = false;
};

/// P1 and P2 and what each knows of the other.
template <class Defences>
class Pair {
 public:
  Pair(std::uint64_t seed_1, std::uint64_t seed_2) : random_1_(seed_1), random_2_(seed_2) {}

  /// P1 has run no session; P2's generation says it has run `count_2`.
  Ends set_up(const GenerationId& generation_2, std::uint64_t count_2) {
    asio::io_context context(1);
    MemoryLinkEnd end_1(std::make_shared<StampedParty>(), "node-1");
    MemoryLinkEnd end_2(std::make_shared<StampedParty>(), "node-2");
    auto links = make_memory_link(context.get_executor(), std::move(end_1), std::move(end_2));
    using Setup = BasicLinkSetup<Defences>;
    Setup setup_1(*links.first, record_1, identity_1_, random_1_);
    Setup setup_2(*links.second, record_2, identity_2_, random_2_);
    Ends ends;
    const Deadline soon = Deadline::in(real_clock(), Milliseconds(20000));
    const auto run = [&context](Setup& setup,
                                FrameLink& link,
                                const GenerationId& own,
                                std::uint64_t count,
                                Deadline until,
                                std::optional<Result<SetupOutcome>>& into) {
      asio::co_spawn(context,
                     detail::store_result<SetupOutcome>(setup.run(own, count, until), into),
                     [&link, &into](std::exception_ptr /*none*/) {
                       if (!into->ok()) {
                         link.close();  // as the hub does
                       }
                     });
    };
    run(setup_1, *links.first, generation_of(1), 0, soon, ends.at_1);
    run(setup_2, *links.second, generation_2, count_2, soon, ends.at_2);
    context.run();
    ends.ended_at_1 = setup_1.ended_generation();
    ends.self_ended_at_2 = setup_2.self_ended();
    return ends;
  }

  mpc::PairSecretName name() const { return record_1.secret()->name(); }

  bool both_hold_the_same() const {
    return record_1.secret() && record_2.secret() &&
           record_1.secret()->name() == record_2.secret()->name();
  }

  PeerRecord record_1{PartyIndex::p2};  ///< P1's, of P2
  PeerRecord record_2{PartyIndex::p1};

 private:
  node::LinkIdentity identity_1_ = TestMembers::get().identity(PartyIndex::p1);
  node::LinkIdentity identity_2_ = TestMembers::get().identity(PartyIndex::p2);
  DeterministicRandom random_1_;
  DeterministicRandom random_2_;
};

template <class Defences>
class ResumedNode : public ::testing::Test {
 protected:
  using Nodes = Pair<Defences>;

  void SetUp() override {
    const Ends first = pair_.set_up(before_, 7);
    ASSERT_TRUE(first.at_1->ok()) << first.at_1->error().to_string();
    ASSERT_TRUE(first.at_2->ok()) << first.at_2->error().to_string();
    ASSERT_TRUE(pair_.both_hold_the_same());
    first_name_ = pair_.name();
  }

  const GenerationId before_ = generation_of(2);
  const GenerationId after_ = generation_of(3);
  Nodes pair_{61, 62};
  mpc::PairSecretName first_name_;
};

using Attack_6_Link = ResumedNode<FullLinkDefences>;

TEST_F(Attack_6_Link, AReconnectKeepsTheSecretOfBothGenerations) {
  const Ends again = pair_.set_up(before_, 8);
  ASSERT_TRUE(again.at_1->ok());
  EXPECT_EQ(again.at_1->value(), SetupOutcome::kept);
  EXPECT_EQ(pair_.name(), first_name_);
}

TEST_F(Attack_6_Link, ARestartedNodeGetsANewSecret) {
  pair_.record_2 = PeerRecord(PartyIndex::p1);
  const Ends again = pair_.set_up(after_, 0);
  ASSERT_TRUE(again.at_1->ok()) << again.at_1->error().to_string();
  EXPECT_EQ(again.at_1->value(), SetupOutcome::new_secret);
  EXPECT_TRUE(pair_.both_hold_the_same());
  EXPECT_NE(pair_.name(), first_name_);
}

TEST_F(Attack_6_Link, AGenerationThatEndedIsNeverAcceptedAgain) {
  pair_.record_2 = PeerRecord(PartyIndex::p1);
  ASSERT_TRUE(pair_.set_up(after_, 0).at_1->ok());
  const Ends resumed = pair_.set_up(before_, 100);
  ASSERT_FALSE(resumed.at_1->ok());
  EXPECT_EQ(resumed.at_1->error().code(), Errc::wrong_state);
  EXPECT_EQ(resumed.ended_at_1, before_);
  EXPECT_TRUE(resumed.self_ended_at_2) << "P1's CONFIRM says it";
  EXPECT_FALSE(pair_.record_1.end_generation(before_)) << "the present one goes on";
  EXPECT_EQ(pair_.record_1.generation(), after_);
  EXPECT_TRUE(pair_.record_1.secret());
}

TEST_F(Attack_6_Link, SoManyThatEndedAreRemembered) {
  PeerRecord& record = pair_.record_1;
  for (std::size_t i = 0; i <= PeerRecord::kEndedKept; ++i) {
    std::array<std::uint8_t, GenerationId::kBytes> bytes{};
    store_u64(MutableByteView(bytes).first(8), i + 1);
    record.end_generation(GenerationId(bytes));
    EXPECT_TRUE(record.has_ended(GenerationId(bytes)));
  }
  std::array<std::uint8_t, GenerationId::kBytes> first{};
  first[7] = 1;
  EXPECT_FALSE(record.has_ended(GenerationId(first)));
}

TEST_F(Attack_6_Link, AnImageWithFewerSessionsIsRefused) {
  const Ends resumed = pair_.set_up(before_, 6);
  ASSERT_FALSE(resumed.at_1->ok());
  EXPECT_EQ(resumed.at_1->error().code(), Errc::wrong_state);
  EXPECT_EQ(resumed.ended_at_1, before_);
}

/// Even one in which no session ran meanwhile: P1's challenges went on without it.
TEST_F(Attack_6_Link, AnImageWithAnOlderEchoIsRefused) {
  const node::RollbackWatch image = pair_.record_2.watch();
  ASSERT_TRUE(pair_.set_up(before_, 7).at_1->ok());
  ASSERT_TRUE(pair_.set_up(before_, 7).at_1->ok());
  pair_.record_2.watch() = image;
  const Ends resumed = pair_.set_up(before_, 7);
  EXPECT_FALSE(resumed.at_1->ok());
  EXPECT_EQ(resumed.ended_at_1, before_);
  EXPECT_TRUE(resumed.self_ended_at_2);
}

struct NoWatch : FullLinkDefences {
  static constexpr bool watch_rollbacks = false;
};

using Attack_6_NoWatch = ResumedNode<NoWatch>;

TEST_F(Attack_6_NoWatch, AnImageWithFewerSessionsGoesOnWithTheSecretItHadUsed) {
  const Ends resumed = pair_.set_up(before_, 6);
  ASSERT_TRUE(resumed.at_1->ok());
  EXPECT_EQ(resumed.at_1->value(), SetupOutcome::kept);
  EXPECT_EQ(pair_.name(), first_name_);
}

TEST_F(Attack_6_NoWatch, AnImageWithAnOlderEchoGoesOnWithTheSecretItHadUsed) {
  const node::RollbackWatch image = pair_.record_2.watch();
  ASSERT_TRUE(pair_.set_up(before_, 7).at_1->ok());
  ASSERT_TRUE(pair_.set_up(before_, 7).at_1->ok());
  pair_.record_2.watch() = image;
  const Ends resumed = pair_.set_up(before_, 7);
  ASSERT_TRUE(resumed.at_1->ok());
  EXPECT_EQ(resumed.at_1->value(), SetupOutcome::kept);
  EXPECT_EQ(pair_.name(), first_name_);
}

struct ForgetsTheEnded : FullLinkDefences {
  static constexpr bool refuse_ended = false;
};

using Attack_6_ForgetsTheEnded = ResumedNode<ForgetsTheEnded>;

TEST_F(Attack_6_ForgetsTheEnded, AGenerationThatEndedIsAcceptedAgain) {
  pair_.record_2 = PeerRecord(PartyIndex::p1);
  ASSERT_TRUE(pair_.set_up(after_, 0).at_1->ok());
  pair_.record_2 = PeerRecord(PartyIndex::p1);  // an image of before any link
  const Ends resumed = pair_.set_up(before_, 100);
  EXPECT_TRUE(resumed.at_1->ok());
  EXPECT_TRUE(pair_.both_hold_the_same());
}

/// Both nodes contribute: P2 alone, resumed with its random numbers to come, repeats no secret.
/// Were the other's contribution not in it, the second line would fail like the first.
TEST(Attack_6_PairSecret, ComesAgainOnlyIfBothNodesRepeatThemselves) {
  const auto name = [](std::uint64_t seed_1, std::uint64_t seed_2) {
    Pair<FullLinkDefences> pair(seed_1, seed_2);
    EXPECT_TRUE(pair.set_up(generation_of(2), 0).at_1->ok());
    return pair.name();
  };
  EXPECT_EQ(name(1, 2), name(1, 2));
  EXPECT_NE(name(3, 2), name(1, 2));
  EXPECT_NE(name(1, 3), name(1, 2));
}

}  // namespace
}  // namespace tercet::test
