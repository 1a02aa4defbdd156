#include "node/admin/directory_watch.h"

#include <gtest/gtest.h>

#include "node/admin/key_registry.h"
#include "node/model/version_name.h"
#include "node/store/heard_counts.h"
#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::DirectoryWatch;
using node::HoldingWord;
using node::OldDirectory;

class WatchClock final : public Clock {
 public:
  SteadyTime now() const override { return at; }

  SteadyTime at{std::chrono::hours(1)};
};

class DirectoryWatchTest : public ::testing::Test {
 protected:
  DirectoryWatchTest() { begin(); }

  /// The process begins, or begins anew.
  void begin() {
    watch.reset();
    registry.reset();
    store.reset();
    store = open_store(dir.path()).value();
    registry = std::make_unique<node::KeyRegistry>(*store, PartyIndex::p1);
    registry->load();
    watch.emplace(PartyIndex::p1, *store, *registry, clock);
    watch->on_alarm([this](const OldDirectory& seen) { alarms.push_back(seen); });
  }

  static HoldingWord says(std::uint64_t commands, std::uint64_t versions) {
    HoldingWord word;
    word.held.commands = commands;
    word.held.versions = versions;
    return word;
  }

  /// A peer's word, that it has nothing, and heard once that this node has so many versions.
  static HoldingWord heard_of_this_node(std::uint64_t versions) {
    HoldingWord word;
    word.heard_of_you.versions = versions;
    return word;
  }

  /// This node has `n` more key versions.
  void have_versions(std::uint8_t n) {
    for (std::uint8_t i = 0; i < n; ++i) {
      const std::string key = "own-" + std::to_string(registry->settled().size());
      ASSERT_TRUE(have_key(*store, epoch_of(key), 64).ok());
      registry->load();
    }
  }

  /// Past the time within which what a peer says is written once.
  void later() { clock.at += node::HeardCounts::kWriteAgain; }

  WatchClock clock;
  TemporaryDirectory dir;
  std::unique_ptr<node::NodeStore> store;
  std::unique_ptr<node::KeyRegistry> registry;
  std::optional<DirectoryWatch> watch;
  std::vector<OldDirectory> alarms;
};

TEST_F(DirectoryWatchTest, APeerThatHoldsLessThanItSaidWasSetBack) {
  have_versions(3);
  watch->hear(PartyIndex::p2, says(0, 2));
  later();
  watch->hear(PartyIndex::p2, says(0, 3));
  watch->hear(PartyIndex::p3, says(0, 1));
  EXPECT_TRUE(alarms.empty());
  EXPECT_TRUE(watch->report().empty());
  begin();  // it remembers
  watch->hear(PartyIndex::p2, says(6, 2));
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].node, PartyIndex::p2);
  watch->hear(PartyIndex::p2, says(4, 1));
  EXPECT_EQ(alarms.size(), 1U) << "once";
  EXPECT_FALSE(watch->report().at(0).caught_up);
  watch->hear(PartyIndex::p2, says(6, 3));
  EXPECT_TRUE(watch->report().at(0).caught_up);
}

/// Who is woken wants to know what was missing, also after it was put back.
TEST_F(DirectoryWatchTest, TheNumbersAtWhichAPeerWasSeenAreToldBesideThoseOfNow) {
  have_versions(3);
  watch->hear(PartyIndex::p2, says(0, 3));
  watch->hear(PartyIndex::p2, says(4, 1));
  watch->hear(PartyIndex::p2, says(5, 1));
  const std::string first = "it had said that it holds 0 commands and 3 key versions, said ";
  EXPECT_EQ(watch->report().at(0).detail,
            first +
                "4 commands and 1 key versions when that was seen, and says 5 commands and 1 "
                "key versions now");
  have_versions(1);
  later();
  watch->hear(PartyIndex::p2, says(6, 4));
  EXPECT_TRUE(watch->report().at(0).caught_up);
  EXPECT_EQ(watch->report().at(0).detail,
            first +
                "4 commands and 1 key versions when that was seen, and says 6 commands and 4 "
                "key versions now");
  watch->hear(PartyIndex::p2, says(6, 2));  // once more
  EXPECT_EQ(watch->report().at(0).detail,
            "it had said that it holds 0 commands and 4 key versions, said 6 commands and 2 key "
            "versions when that was seen, and says 6 commands and 2 key versions now");
}

TEST_F(DirectoryWatchTest, WhatWasMissingHereIsToldAlsoWhenItIsThereAgain) {
  const std::string lost = node::version_name(key_id("own-1"), KeyVersion(1));
  have_versions(1);
  watch->missing(PartyIndex::p2, lost);
  watch->hear(PartyIndex::p2, heard_of_this_node(2));
  const std::string seen =
      "it held 0 commands and 1 key versions when that was seen, and holds 0 commands and ";
  const std::string claims =
      " key versions now; node 2 said it had heard of 0 commands and 2 key versions here, and now "
      "says 0 commands and 2 key versions; node 2 said it has what was missing here: own-1 version "
      "1; of that ";
  EXPECT_EQ(watch->report().at(0).detail, seen + "1" + claims + "own-1 version 1 is missing now");
  have_versions(1);
  EXPECT_EQ(watch->report().at(0).detail, seen + "2" + claims + "nothing is missing now");
}

/// Else one lie would be an alarm for ever, also when the peer is honest again.
TEST_F(DirectoryWatchTest, APeerIsBelievedNoMoreThanThisNodeHolds) {
  have_versions(1);
  watch->hear(PartyIndex::p2, says(UINT64_MAX, UINT64_MAX));
  watch->hear(PartyIndex::p2, says(0, 1));
  begin();
  watch->hear(PartyIndex::p2, says(0, 1));
  EXPECT_TRUE(alarms.empty());
  watch->hear(PartyIndex::p2, says(0, 3));  // that much is true: it was there first
  have_versions(2);
  later();
  watch->hear(PartyIndex::p2, says(0, 3));
  begin();
  watch->hear(PartyIndex::p2, says(0, 2));
  EXPECT_EQ(alarms.size(), 1U) << "known since this node has as many";
}

TEST_F(DirectoryWatchTest, WhatAPeerHeardOfThisNodeIsSentBackToIt) {
  have_versions(2);
  watch->hear(PartyIndex::p2, says(0, 2));
  EXPECT_EQ(watch->word_to(PartyIndex::p2).heard_of_you.versions, 2U);
  EXPECT_EQ(watch->word_to(PartyIndex::p3).heard_of_you.versions, 0U);
}

/// A write waits for the disk, so the peer must not say how many there are.
TEST_F(DirectoryWatchTest, APeersGrowthIsWrittenOnceInFiveSeconds) {
  have_versions(10);
  watch->hear(PartyIndex::p2, says(0, 1));
  const std::uint64_t written = store->steps();
  for (std::uint64_t n = 2; n <= 9; ++n) {
    watch->hear(PartyIndex::p2, says(0, n));
  }
  EXPECT_EQ(store->steps(), written);
  EXPECT_EQ(watch->word_to(PartyIndex::p2).heard_of_you.versions, 9U) << "known all the same";
  watch->hear(PartyIndex::p3, says(0, 1));
  EXPECT_GT(store->steps(), written) << "each peer has its own";
  later();
  watch->hear(PartyIndex::p2, says(0, 9));
  begin();
  EXPECT_EQ(watch->word_to(PartyIndex::p2).heard_of_you.versions, 9U) << "and it is on disk now";
}

/// What was heard outlives a transaction that failed beside it.
TEST_F(DirectoryWatchTest, WhatIsNotWrittenYetSurvivesARollBack) {
  have_versions(3);
  watch->hear(PartyIndex::p2, says(0, 1));
  watch->hear(PartyIndex::p2, says(0, 2));
  const Status rolled_back = store->atomically([this]() -> Status {
    later();
    watch->hear(PartyIndex::p2, says(0, 3));
    return Error(Errc::storage_error, "on purpose");
  });
  ASSERT_FALSE(rolled_back.ok());
  EXPECT_EQ(watch->word_to(PartyIndex::p2).heard_of_you.versions, 3U);
  later();
  watch->hear(PartyIndex::p2, says(0, 3));
  begin();
  EXPECT_EQ(watch->word_to(PartyIndex::p2).heard_of_you.versions, 3U);
}

/// Else a corrupt peer would have an honest node accuse itself, and its data put back.
TEST_F(DirectoryWatchTest, TheClaimOfOnePeerIsNotThisNodesOwnWord) {
  watch->hear(PartyIndex::p2, heard_of_this_node(UINT64_MAX));
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].node, PartyIndex::p1);
  EXPECT_NE(alarms[0].detail.find("node 2 said"), std::string::npos) << alarms[0].detail;
  EXPECT_EQ(alarms[0].to_do,
            "node 2 says so; if node 3 does not, suspect node 2 first; do not restore anything on "
            "one node's word");
  EXPECT_FALSE(watch->word_to(PartyIndex::p3).old_directory);
  watch->hear(PartyIndex::p2, heard_of_this_node(0));
  EXPECT_TRUE(watch->report().at(0).caught_up) << "it no longer says so";
}

TEST_F(DirectoryWatchTest, TheClaimsOfBothPeersAre) {
  watch->hear(PartyIndex::p2, heard_of_this_node(1));
  watch->hear(PartyIndex::p3, heard_of_this_node(1));
  ASSERT_EQ(alarms.size(), 2U) << "once more, since it is certain now";
  EXPECT_EQ(alarms[1].node, PartyIndex::p1);
  EXPECT_EQ(alarms[1].to_do, "put its newest data back; what it lacks does not serve");
  EXPECT_TRUE(watch->word_to(PartyIndex::p3).old_directory);
}

TEST_F(DirectoryWatchTest, ALostVoteProvesWhatOnePeerClaims) {
  watch->own_vote_unknown(PartyIndex::p3);
  EXPECT_FALSE(watch->word_to(PartyIndex::p3).old_directory) << "nothing is known to be missing";
  watch->hear(PartyIndex::p2, heard_of_this_node(1));
  EXPECT_TRUE(watch->word_to(PartyIndex::p3).old_directory);
  EXPECT_EQ(alarms.size(), 1U);
}

TEST_F(DirectoryWatchTest, InventedVersionsOfOnePeerPushOutNoneOfTheOther) {
  for (std::uint32_t i = 1; i <= 200; ++i) {
    watch->missing(PartyIndex::p2, node::version_name(key_id("invented"), KeyVersion(i)));
  }
  EXPECT_FALSE(watch->word_to(PartyIndex::p3).old_directory);
  watch->missing(PartyIndex::p3, node::version_name(key_id("k"), KeyVersion(1)));
  const OldDirectory seen = watch->report().at(0);
  EXPECT_NE(seen.detail.find("node 3 said it has what was missing here: k version 1"),
            std::string::npos)
      << seen.detail;
  EXPECT_LT(seen.detail.size(), 4000U);
  EXPECT_TRUE(watch->word_to(PartyIndex::p3).old_directory);
}

TEST_F(DirectoryWatchTest, AVersionThatPeersHaveAndThisNodeHasNotIsToldUntilItIsThere) {
  const std::string version = node::version_name(key_id("k"), KeyVersion(1));
  watch->missing(PartyIndex::p2, version);
  watch->missing(PartyIndex::p3, version);
  ASSERT_EQ(alarms.size(), 2U) << "of one peer's word, and of that of both";
  EXPECT_NE(alarms[0].detail.find("k version 1"), std::string::npos) << alarms[0].detail;
  EXPECT_FALSE(watch->report().at(0).caught_up);
  ASSERT_TRUE(have_key(*store, epoch_of("k")).ok());
  registry->load();
  EXPECT_TRUE(watch->report().at(0).caught_up);
}

TEST_F(DirectoryWatchTest, AVoteOfItsOwnThatComesBackUnknownIsAnAlarm) {
  watch->own_vote_unknown(PartyIndex::p3);
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].node, PartyIndex::p1);
}

TEST_F(DirectoryWatchTest, APeerThatSaysSoOfItselfIsBelieved) {
  HoldingWord word = says(5, 2);
  word.old_directory = true;
  watch->hear(PartyIndex::p3, word);
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].node, PartyIndex::p3);
  watch->hear(PartyIndex::p3, says(5, 2));
  EXPECT_TRUE(watch->report().at(0).caught_up);
}

}  // namespace
}  // namespace tercet::test
