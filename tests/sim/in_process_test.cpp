#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/crypto/hash.h"
#include "core/ct/ct.h"
#include "core/random/deterministic.h"
#include "core/xks/print.h"
#include "node/link/link_setup.h"
#include "node/link/peer_frames.h"
#include "tests/sim/ciphertexts.h"
#include "tests/sim/in_process_cluster.h"
#include "tests/support/test_members.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

class InProcess : public ::testing::Test {
 protected:
  static constexpr std::size_t kTextBytes = 96;

  Deadline soon() { return Deadline::in(real_clock(), Milliseconds(2000)); }

  Result<proxy::Encrypted> encrypt() {
    proxy::EncryptJob job;
    job.key = cluster_.health_key();
    job.plaintext = text_;
    return block_on(cluster_.context(), cluster_.coordinator().encrypt(std::move(job), soon()));
  }

  Result<Bytes> decrypt(const proxy::Encrypted& encrypted) {
    proxy::DecryptJob job;
    job.ciphertext = encrypted.ciphertext;
    job.request.body = decrypt_body(encrypted);
    job.request.body_sha256 = sha256(*job.request.body);
    return block_on(cluster_.context(), cluster_.coordinator().decrypt(std::move(job), soon()));
  }

  const Bytes text_ = Bytes(kTextBytes, 0x42);
  InProcessCluster cluster_;
};

TEST_F(InProcess, AHealthCheckGoesTheWholeWay) {
  ASSERT_TRUE(cluster_.settle());
  const Result<proxy::Encrypted> encrypted = encrypt();
  ASSERT_TRUE(encrypted.ok()) << encrypted.error().to_string();
  ASSERT_TRUE(cluster_.rest());
  cluster_.restart_counts();
  const Result<Bytes> decrypted = decrypt(*encrypted);
  ASSERT_TRUE(decrypted.ok()) << decrypted.error().to_string();
  EXPECT_EQ(cluster_.proxy_stamps().highest_received, 15U);
  EXPECT_TRUE(ct::equal(*decrypted, text_));
}

TEST_F(InProcess, AU5_ANodeWhoseAuditDiskWasFullServesAgainThoughNobodyAsksForAnything) {
  ASSERT_TRUE(cluster_.settle());
  cluster_.fail_audit(PartyIndex::p1, true);
  EXPECT_FALSE(encrypt().ok());
  EXPECT_EQ(cluster_.node(PartyIndex::p1).report().detail, "audit records cannot be written");
  cluster_.fail_audit(PartyIndex::p1, false);
  ASSERT_TRUE(cluster_.beat_until(
      [this] { return cluster_.node(PartyIndex::p1).report().detail == "serving"; }));
  const std::vector<std::string>& audit = cluster_.audit(PartyIndex::p1);
  EXPECT_TRUE(std::ranges::any_of(audit, [](const std::string& line) {
    return line.find("\"event\":\"audit_gap\",\"lost\":") != std::string::npos;
  }));
}

TEST_F(InProcess, AU5_TheLogSaysWhyAuditFailedAndHowMuchIsMissingWhoeverClosedTheGap) {
  ASSERT_TRUE(cluster_.settle());
  cluster_.fail_audit(PartyIndex::p1, true);
  EXPECT_FALSE(encrypt().ok());
  cluster_.beat();
  EXPECT_TRUE(cluster_.log(PartyIndex::p1)
                  .contains("\"event\":\"audit_not_written\",\"cause\":\"disk full\""));

  cluster_.fail_audit(PartyIndex::p1, false);
  cluster_.restart(PartyIndex::p2);  // that its link is gone finds room, before the next beat
  ASSERT_TRUE(cluster_.rest());
  const std::vector<std::string>& audit = cluster_.audit(PartyIndex::p1);
  const auto gap = std::ranges::find_if(audit, [](const std::string& line) {
    return line.find("\"event\":\"audit_gap\"") != std::string::npos;
  });
  ASSERT_NE(gap, audit.end());
  const std::string lost = nlohmann::json::parse(*gap).at("lost").dump();
  cluster_.beat();
  EXPECT_TRUE(cluster_.log(PartyIndex::p1)
                  .contains("\"event\":\"audit_written_again\",\"lost\":" + lost + "}"));
}

TEST_F(InProcess, WhatTheProxyReportsIsJoinedToItsOperationByTheSid) {
  ASSERT_TRUE(cluster_.settle());
  ASSERT_TRUE(encrypt().ok());
  ASSERT_TRUE(cluster_.rest());
  std::set<std::string> operations;
  std::set<std::string> reported;
  for (const std::string& line : cluster_.audit(PartyIndex::p1)) {
    const auto record = nlohmann::json::parse(line);
    if (record.at("event") == "operation") {
      operations.insert(record.at("sid").get<std::string>());
    } else if (record.at("event") == "reported") {
      reported.insert(record.at("sid").get<std::string>());
    }
  }
  EXPECT_FALSE(reported.empty());
  EXPECT_TRUE(std::ranges::includes(operations, reported));
}

TEST_F(InProcess, SaysOfEachOperationHowLongItTook) {
  const SteadyTime before = real_clock().now();
  ASSERT_TRUE(cluster_.settle());
  ASSERT_TRUE(encrypt().ok());
  const auto passed =
      std::chrono::ceil<std::chrono::microseconds>(real_clock().now() - before).count();
  std::size_t told = 0;
  for (const std::string& line : cluster_.audit(PartyIndex::p1)) {
    const std::size_t at = line.find("\"took_us\":");
    if (at != std::string::npos) {
      EXPECT_LE(std::stoll(line.substr(at + 10)), passed) << line;
      ++told;
    }
  }
  EXPECT_GE(told, 2U) << "the slots and the Encrypt";
}

TEST_F(InProcess, ANodeReportsItsRoundTripsAndHowLongTheStockLasts) {
  ASSERT_TRUE(cluster_.settle());
  node::NodeService& node = cluster_.node(PartyIndex::p2);
  EXPECT_FALSE(node.report().stock_lasts) << "nothing was used";
  ASSERT_TRUE(encrypt().ok());
  node::NodeReport report;
  const auto measured = [](const node::NodeReport::Link& peer) { return peer.rtt_us >= 0; };
  EXPECT_TRUE(cluster_.beat_until([&] {
    report = node.report();
    return report.stock_lasts && std::ranges::all_of(report.peers, measured);
  }));
  ASSERT_EQ(report.peers.size(), 2U);
  for (const node::NodeReport::Link& peer : report.peers) {
    EXPECT_GE(peer.rtt_us, 0) << peer.peer;
  }
  ASSERT_TRUE(report.stock_lasts);
  EXPECT_GT(report.stock_lasts->count(), 0);
}

TEST_F(InProcess, AFlippedBitIsABadCiphertext) {
  ASSERT_TRUE(cluster_.settle());
  Result<proxy::Encrypted> encrypted = encrypt();
  ASSERT_TRUE(encrypted.ok()) << encrypted.error().to_string();
  encrypted->tag[3] ^= 4U;
  const Result<Bytes> decrypted = decrypt(*encrypted);
  ASSERT_FALSE(decrypted.ok());
  EXPECT_EQ(decrypted.error().code(), Errc::bad_ciphertext);
}

/// Both ends find it out; neither goes on telling the other.
TEST_F(InProcess, ADifferentComponentOfAKeyIsReportedOnceByEachNode) {
  ASSERT_TRUE(cluster_.settle());
  EngineCluster other_dealer(78);
  const ThreeKeys others = other_dealer.derive_key(Bytes(32, 0x17));
  node::KeyEntry& entry = cluster_.keys(PartyIndex::p3).entries.at(cluster_.store_key());
  entry.material = others[place(PartyIndex::p3)];
  cluster_.keys(PartyIndex::p3).note_changes();
  cluster_.node(PartyIndex::p3).compare_digests();
  EXPECT_TRUE(cluster_.rest());
  for (const PartyIndex party : mpc::kAllParties) {
    const std::vector<std::string>& lines = cluster_.audit(party);
    const auto reports = std::ranges::count_if(lines, [](const std::string& line) {
      return line.find("key_differs") != std::string::npos;
    });
    EXPECT_EQ(reports, 1) << number(party);
  }
}

TEST_F(InProcess, ADisabledKeyIsRefused) {
  ASSERT_TRUE(cluster_.settle());
  const Result<proxy::Encrypted> encrypted = encrypt();
  ASSERT_TRUE(encrypted.ok()) << encrypted.error().to_string();
  for (const PartyIndex party : {PartyIndex::p1, PartyIndex::p2}) {
    cluster_.keys(party).entries.begin()->second.facts.enabled = false;
    cluster_.node(party).key_changed(cluster_.health_key());
  }
  EXPECT_EQ(decrypt(*encrypted).error().code(), Errc::wrong_state);
}

/// Attack 6: what a node had before its restart is of a generation that nobody accepts any more.
TEST_F(InProcess, Attack_6_ARestartedNodeIsANewGenerationAndTheClusterServesAgain) {
  ASSERT_TRUE(cluster_.settle());
  const GenerationId before = cluster_.node(PartyIndex::p2).generation();
  const Result<proxy::Encrypted> encrypted = encrypt();
  ASSERT_TRUE(encrypted.ok()) << encrypted.error().to_string();
  cluster_.restart(PartyIndex::p2);
  EXPECT_NE(cluster_.node(PartyIndex::p2).generation(), before);
  ASSERT_TRUE(cluster_.settle());
  const Result<Bytes> decrypted = decrypt(*encrypted);
  ASSERT_TRUE(decrypted.ok()) << decrypted.error().to_string();
  EXPECT_TRUE(ct::equal(*decrypted, text_));
}

/// Attack 6: P1 is seen to be an older image of itself while its first link still stands. What was
/// made for that generation is gone, so nothing more may be taken from that link either.
TEST_F(InProcess, Attack_6_AGenerationThatEndsTakesItsStandingLinkAlong) {
  ASSERT_TRUE(cluster_.settle());
  const std::unique_ptr<FrameLink> second = cluster_.raw_peer_link(PartyIndex::p2, PartyIndex::p1);
  node::PeerRecord record(PartyIndex::p2);
  const node::LinkIdentity identity = TestMembers::get().identity(PartyIndex::p1);
  DeterministicRandom random(as_bytes("P1, resumed"));
  node::LinkSetup setup(*second, record, identity, random);
  const std::uint64_t no_sessions = 0;
  ASSERT_FALSE(block_on(cluster_.context(),
                        setup.run(cluster_.node(PartyIndex::p1).generation(), no_sessions, soon()))
                   .ok());
  ASSERT_TRUE(cluster_.rest());

  cluster_.node(PartyIndex::p1).compare_digests();  // over the first link
  ASSERT_TRUE(cluster_.rest());

  EXPECT_FALSE(cluster_.node(PartyIndex::p2).three_up());
  EXPECT_FALSE(cluster_.node(PartyIndex::p2).report().peers[1].up);
}

/// A peer may say at any time that it saw this node's generation end; not as often as fills a disk.
TEST_F(InProcess, AU7_APeerThatEndsGenerationsAgainAndAgainFillsNoAuditFile) {
  ASSERT_TRUE(cluster_.settle());
  const auto records_of = [this](const std::string& event) {
    std::pair<std::uint64_t, std::uint64_t> written_and_counted;
    for (const std::string& line : cluster_.audit(PartyIndex::p2)) {
      const auto record = nlohmann::json::parse(line);
      if (record.at("event") == event) {
        ++written_and_counted.first;
        written_and_counted.second += 1 + record.value("left_out", std::uint64_t{0});
      } else if (record.at("event") == "records_left_out" && record.at("of") == event) {
        written_and_counted.second += record.at("count").get<std::uint64_t>();
      }
    }
    return written_and_counted;
  };
  constexpr std::uint64_t kTimes = 20;
  const auto before_all = records_of("generation_begun");
  const SteadyTime began = real_clock().now();
  const node::LinkIdentity identity = TestMembers::get().identity(PartyIndex::p1);
  DeterministicRandom random(as_bytes("P1, which lies"));
  for (std::uint64_t i = 0; i < kTimes; ++i) {
    const std::unique_ptr<FrameLink> link = cluster_.raw_peer_link(PartyIndex::p2, PartyIndex::p1);
    node::PeerRecord record(PartyIndex::p2);
    node::LinkSetup setup(*link, record, identity, random);
    const GenerationId mine(random.array<GenerationId::kBytes>());
    ASSERT_TRUE(block_on(cluster_.context(), setup.run(mine, 0, soon())).ok());
    const GenerationId before = cluster_.node(PartyIndex::p2).generation();
    const auto type = static_cast<std::uint8_t>(node::PeerFrame::generation_over);
    ASSERT_TRUE(link->send(Frame(type, Bytes())).ok());
    ASSERT_TRUE(
        cluster_.beat_until([&] { return cluster_.node(PartyIndex::p2).generation() != before; }));
  }
  EXPECT_TRUE(cluster_.beat_until(
      [&] { return records_of("generation_begun").second == before_all.second + kTimes; }));
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(real_clock().now() - began).count();
  EXPECT_LE(records_of("generation_begun").first,
            before_all.first + 6 + static_cast<std::uint64_t>(seconds));
}

/// A node that was away gets all commands that it lacks, however many there are besides.
TEST_F(InProcess, ANodeThatComesBackGetsTheCommandsItLacks) {
  ASSERT_TRUE(cluster_.settle());
  DeterministicRandom random(5);
  std::vector<CommandId> all;
  for (std::size_t i = 0; i < 20'000; ++i) {
    all.emplace_back(random.array<CommandId::kBytes>());
  }
  for (const PartyIndex party : mpc::kAllParties) {
    cluster_.commands(party).ids = all;
  }
  const std::set<CommandId> missed(all.end() - 300, all.end());
  cluster_.commands(PartyIndex::p2).ids.resize(all.size() - missed.size());

  cluster_.restart(PartyIndex::p2);
  const std::vector<CommandId>& offered = cluster_.commands(PartyIndex::p2).offered;
  const auto got = [&] { return std::set<CommandId>(offered.begin(), offered.end()); };
  EXPECT_TRUE(cluster_.beat_until([&] { return got().size() >= missed.size(); }));
  ASSERT_TRUE(cluster_.rest());

  EXPECT_EQ(got(), missed);
  EXPECT_LE(offered.size(), 2 * missed.size()) << "at most once from each peer";
  EXPECT_TRUE(cluster_.commands(PartyIndex::p1).offered.empty());
  EXPECT_TRUE(cluster_.commands(PartyIndex::p3).offered.empty());
}

class KeyDiffers : public InProcess {
 protected:
  void SetUp() override { ASSERT_TRUE(cluster_.settle()); }

  /// Another key at this node, with the shares of one that was dealt.
  void add(PartyIndex party, const std::string& name, const KeyId& like) {
    std::map<KeyId, node::KeyEntry>& entries = cluster_.keys(party).entries;
    node::KeyEntry entry = entries.at(like);
    entry.id = KeyId::parse(name).value();
    entries.emplace(entry.id, std::move(entry));
  }

  std::ptrdiff_t alarms(PartyIndex party) {
    return std::ranges::count_if(cluster_.audit(party), [](const std::string& line) {
      return line.find("\"key_differs\"") != std::string::npos;
    });
  }

  /// Both tell their digests, as when their link comes up.
  void compare() {
    for (const PartyIndex party : {PartyIndex::p1, PartyIndex::p2}) {
      cluster_.keys(party).note_changes();
      cluster_.node(party).compare_digests();
    }
  }
};

TEST_F(KeyDiffers, RaisesOneAlarmAtEachNodeHoweverOftenItIsCompared) {
  add(PartyIndex::p1, "other", cluster_.health_key());
  add(PartyIndex::p2, "other", cluster_.store_key());
  compare();
  ASSERT_TRUE(cluster_.rest());
  compare();
  ASSERT_TRUE(cluster_.rest());
  EXPECT_EQ(alarms(PartyIndex::p1), 1);
  EXPECT_EQ(alarms(PartyIndex::p2), 1);
  EXPECT_EQ(alarms(PartyIndex::p3), 0);
}

/// Among many keys, none may be left out.
TEST_F(KeyDiffers, IsSeenHoweverManyKeysThereAre) {
  for (const PartyIndex party : {PartyIndex::p1, PartyIndex::p2}) {
    for (std::size_t i = 0; i < 2'000; ++i) {
      add(party, "key-" + std::to_string(i), cluster_.health_key());
    }
  }
  add(PartyIndex::p1, "last", cluster_.health_key());
  add(PartyIndex::p2, "last", cluster_.store_key());
  compare();
  ASSERT_TRUE(cluster_.rest());
  EXPECT_EQ(alarms(PartyIndex::p2), 1);
}

}  // namespace
}  // namespace tercet::test
