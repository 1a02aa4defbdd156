#include <gtest/gtest.h>

#include "core/xks/framing.h"
#include "mpc/wire/vectors.h"
#include "tests/unit/proxy/coordinator/coordinator_fixture.h"

namespace tercet::proxy {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;
using test::CoordinatorTest;
using test::FakeNode;
using test::kShort;

TEST_F(CoordinatorTest, EncryptsOverASlotMadeOnTheSpot) {
  cluster.start();

  const Result<Encrypted> encrypted = encrypt();

  ASSERT_TRUE(encrypted) << encrypted.error().to_string();
  EXPECT_EQ(encrypted->iv, cluster.script.iv);
  EXPECT_EQ(encrypted->tag, cluster.script.tag());
  EXPECT_EQ(encrypted->metadata, (Bytes{1, 0, 0, 0, 7}));
  EXPECT_EQ(as_text(encrypted->recovered_plaintext), "threshold, not trust");
  EXPECT_EQ(encrypted->integrity_value,
            xks::cdiv(as_bytes("aad"),
                      encrypted->metadata,
                      encrypted->iv,
                      encrypted->ciphertext,
                      encrypted->tag));
}

TEST_F(CoordinatorTest, GivesAllNodesTheSamePlan) {
  cluster.start();
  ASSERT_TRUE(encrypt());
  ASSERT_TRUE(decrypt());

  for (const ProxyFrame type : {ProxyFrame::make_slots, ProxyFrame::encrypt, ProxyFrame::decrypt}) {
    const Bytes& first = cluster.node(PartyIndex::p1).received[type].at(0).body;
    EXPECT_EQ(cluster.node(PartyIndex::p2).received[type].at(0).body, first);
    EXPECT_EQ(cluster.node(PartyIndex::p3).received[type].at(0).body, first);
  }
  const auto slots = mpc::wire::MakeSlots::decode(
      cluster.node(PartyIndex::p1).received[ProxyFrame::make_slots].at(0).body);
  const auto decrypt_frame = mpc::wire::DecryptRequest::decode(
      cluster.node(PartyIndex::p1).received[ProxyFrame::decrypt].at(0).body);
  EXPECT_EQ(slots->blocks, 2);
  EXPECT_EQ(slots->vectors.first, 0U);
  EXPECT_EQ(decrypt_frame->vectors.first, mpc::slot_vectors_needed(1, 2));
  EXPECT_GT(decrypt_frame->counter, slots->counter);
}

TEST_F(CoordinatorTest, NeverShowsTheNodesThePlaintextOfAnEncrypt) {
  cluster.start();
  ASSERT_TRUE(encrypt());

  for (const auto& [type, frames] : cluster.node(PartyIndex::p1).received) {
    for (const Frame& frame : frames) {
      EXPECT_EQ(as_text(frame.body).find("threshold"), std::string_view::npos);
    }
  }
}

TEST_F(CoordinatorTest, DecryptsWhenAllThreeReleasesAgree) {
  cluster.start();

  const Result<Bytes> plaintext = decrypt();

  ASSERT_TRUE(plaintext) << plaintext.error().to_string();
  EXPECT_EQ(as_text(*plaintext), "threshold, not trust");
}

TEST_F(CoordinatorTest, CallsAWrongTagABadCiphertext) {
  cluster.start();
  cluster.script.tag_holds = false;

  EXPECT_EQ(decrypt().error().code(), Errc::bad_ciphertext);
}

TEST_F(CoordinatorTest, TellsTheNodesHowItEnded) {
  cluster.start();
  cluster.script.tag_holds = false;
  EXPECT_FALSE(decrypt());
  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.node(PartyIndex::p3).count(ProxyFrame::report) == 1; }));

  const auto report = mpc::wire::Report::decode(
      cluster.node(PartyIndex::p3).received[ProxyFrame::report].at(0).body);
  EXPECT_EQ(report->error, Errc::bad_ciphertext);
}

TEST_F(CoordinatorTest, AnswersAnErrorThatTwoNodesName) {
  cluster.start();
  for (const Errc code : {Errc::not_authenticated,
                          Errc::replayed,
                          Errc::wrong_state,
                          Errc::wrong_usage,
                          Errc::denied,
                          Errc::bad_ciphertext,
                          Errc::overloaded,
                          Errc::not_found}) {
    refuse_at({PartyIndex::p1, PartyIndex::p3}, ProxyFrame::decrypt, code);
    refuse_at({PartyIndex::p2}, ProxyFrame::decrypt, Errc::peer_aborted);
    EXPECT_EQ(decrypt().error().code(), code) << errc_name(code);
  }
}

TEST_F(CoordinatorTest, AnswersATwoNodesErrorWithoutWaitingForTheThird) {
  cluster.start();
  refuse_at({PartyIndex::p1, PartyIndex::p3}, ProxyFrame::decrypt, Errc::wrong_state);
  cluster.node(PartyIndex::p2).silent.insert(ProxyFrame::decrypt);

  const SteadyTime start = real_clock().now();
  EXPECT_EQ(decrypt().error().code(), Errc::wrong_state);
  EXPECT_LT(real_clock().now() - start, Milliseconds(1000));
}

TEST_F(CoordinatorTest, DoesNotBelieveOneNodeAlone) {
  cluster.start();
  refuse_at({PartyIndex::p2}, ProxyFrame::decrypt, Errc::not_authenticated);
  refuse_at({PartyIndex::p1, PartyIndex::p3}, ProxyFrame::decrypt, Errc::peer_aborted);
  EXPECT_EQ(decrypt().error().code(), Errc::peer_aborted);
  EXPECT_EQ(cluster.coordinator.figures().refused_by_one, 1U);
  EXPECT_EQ(cluster.coordinator.figures().nodes_disagreed, 0U);

  refuse_at({PartyIndex::p1}, ProxyFrame::decrypt, Errc::wrong_state);
  refuse_at({PartyIndex::p3}, ProxyFrame::decrypt, Errc::wrong_usage);
  EXPECT_EQ(decrypt().error().code(), Errc::internal);
  EXPECT_EQ(cluster.coordinator.figures().nodes_disagreed, 1U);
}

/// Under load each node gives up at another place: no sign of a corrupt machine.
TEST_F(CoordinatorTest, TakesLoadAndLatenessForNoDisagreement) {
  cluster.start();
  refuse_at({PartyIndex::p1}, ProxyFrame::decrypt, Errc::overloaded);
  refuse_at({PartyIndex::p2}, ProxyFrame::decrypt, Errc::peer_timeout);
  refuse_at({PartyIndex::p3}, ProxyFrame::decrypt, Errc::peer_aborted);
  EXPECT_EQ(decrypt().error().code(), Errc::timeout);
  EXPECT_EQ(cluster.coordinator.figures().nodes_disagreed, 0U);
}

TEST_F(CoordinatorTest, CountsPeerAbortedForNoError) {
  cluster.start();
  refuse_at(
      {PartyIndex::p1, PartyIndex::p2, PartyIndex::p3}, ProxyFrame::decrypt, Errc::peer_aborted);

  EXPECT_EQ(decrypt().error().code(), Errc::internal);
}

/// A node that hung and wakes: its peers' deadlines passed, and each found another end.
TEST_F(CoordinatorTest, CallsWhatCameTooLateAtAllNodesATimeout) {
  cluster.start();
  refuse_at({PartyIndex::p1}, ProxyFrame::decrypt, Errc::peer_timeout);
  refuse_at({PartyIndex::p2}, ProxyFrame::decrypt, Errc::peer_aborted);
  refuse_at({PartyIndex::p3}, ProxyFrame::decrypt, Errc::session_mismatch);
  EXPECT_EQ(decrypt().error().code(), Errc::internal);

  refuse_at({PartyIndex::p3}, ProxyFrame::decrypt, Errc::closed);
  EXPECT_EQ(decrypt().error().code(), Errc::timeout);
}

TEST_F(CoordinatorTest, AnswersATimeoutWhenANodeIsSilent) {
  cluster.start();
  cluster.node(PartyIndex::p2).silent.insert(ProxyFrame::decrypt);

  EXPECT_EQ(decrypt(kShort).error().code(), Errc::timeout);
}

TEST_F(CoordinatorTest, CancelsAtANodeThatHasNotAnsweredAtTheDeadline) {
  cluster.start();
  cluster.node(PartyIndex::p2).silent.insert(ProxyFrame::decrypt);
  EXPECT_FALSE(decrypt(kShort));

  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.node(PartyIndex::p2).count(ProxyFrame::cancel) == 1; }));
  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::cancel), 0U);
}

TEST_F(CoordinatorTest, DropsAnAnswerThatComesAfterTheDeadline) {
  cluster.start();
  cluster.node(PartyIndex::p2).silent.insert(ProxyFrame::decrypt);
  EXPECT_FALSE(decrypt(kShort));

  const auto request = mpc::wire::DecryptRequest::decode(
      cluster.node(PartyIndex::p2).received[ProxyFrame::decrypt].at(0).body);
  cluster.node(PartyIndex::p2)
      .send(ProxyFrame::keystream_released,
            cluster.script.keystream_released(PartyIndex::p2, request->ticket, 20, true).encode());
  cluster.node(PartyIndex::p2).silent.clear();

  EXPECT_TRUE(decrypt()) << "the link goes on";
}

TEST_F(CoordinatorTest, IgnoresTicketsItDoesNotKnow) {
  cluster.start();
  for (const ProxyFrame type :
       {ProxyFrame::refused, ProxyFrame::tag_released, ProxyFrame::answer}) {
    cluster.node(PartyIndex::p1).send(type, Bytes(8, 0xff));
  }

  EXPECT_TRUE(decrypt());
}

TEST_F(CoordinatorTest, TakesTheFirstOfTwoAnswersOfOneNode) {
  cluster.start();
  FakeNode& liar = cluster.node(PartyIndex::p1);
  liar.tamper = [&](Frame& frame) {
    if (frame.type == static_cast<std::uint8_t>(ProxyFrame::keystream_released)) {
      mpc::wire::Refused refusal;
      refusal.ticket = load_u64(ByteView(frame.body).first(8));
      refusal.reason = Errc::wrong_state;
      liar.send(ProxyFrame::refused, refusal.encode());
      liar.send(ProxyFrame::refused, refusal.encode());
    }
  };

  EXPECT_EQ(decrypt().error().code(), Errc::peer_aborted);
  EXPECT_GE(cluster.coordinator.nodes().misbehaviour_count(PartyIndex::p1), 1U);
}

TEST_F(CoordinatorTest, ReleasesNothingWhenOneReleaseIsForged) {
  cluster.start();
  for (const PartyIndex liar : mpc::kAllParties) {
    for (const std::size_t offset : {std::size_t{0}, std::size_t{20}}) {
      cluster.at_all([](FakeNode& node) { node.tamper = nullptr; });
      cluster.node(liar).tamper = [offset](Frame& frame) {
        if (frame.type != static_cast<std::uint8_t>(ProxyFrame::keystream_released)) {
          return;
        }
        auto message = mpc::wire::KeystreamReleased::decode(frame.body).value();
        message.pair_next.masked[offset] ^= 1;
        frame.body = message.encode();
      };
      EXPECT_EQ(decrypt().error().code(), Errc::protocol_abort);
    }
  }
  EXPECT_EQ(cluster.coordinator.figures().releases_tampered, 6U);
}

TEST_F(CoordinatorTest, AnswersNoTagWhoseCopiesDiffer) {
  cluster.start();
  for (const PartyIndex liar : mpc::kAllParties) {
    cluster.at_all([](FakeNode& node) { node.tamper = nullptr; });
    cluster.node(liar).tamper = [](Frame& frame) {
      if (frame.type == static_cast<std::uint8_t>(ProxyFrame::tag_released)) {
        auto message = mpc::wire::TagReleased::decode(frame.body).value();
        message.own.masked[3] ^= 0x80;
        frame.body = message.encode();
      }
    };
    EXPECT_EQ(encrypt().error().code(), Errc::protocol_abort);
  }
}

TEST_F(CoordinatorTest, UsesNoSlotWhoseCopiesDiffer) {
  cluster.start();
  cluster.node(PartyIndex::p2).tamper = [](Frame& frame) {
    if (frame.type == static_cast<std::uint8_t>(ProxyFrame::slots_made)) {
      auto message = mpc::wire::SlotsMade::decode(frame.body).value();
      message.keystream_next[0] ^= 1;
      frame.body = message.encode();
    }
  };

  EXPECT_EQ(encrypt().error().code(), Errc::protocol_abort);
  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::encrypt), 0U);
}

TEST_F(CoordinatorTest, ClosesALinkThatSpeaksNonsense) {
  cluster.start();
  cluster.node(PartyIndex::p1).send(ProxyFrame::node_status, Bytes{1, 2, 3});

  EXPECT_TRUE(
      cluster.run_until([&] { return !cluster.coordinator.nodes().is_up(PartyIndex::p1); }));
}

TEST_F(CoordinatorTest, CallsAnAnswerOfTheWrongTypeMalformed) {
  cluster.start();
  cluster.at_all([](FakeNode& node) {
    node.tamper = [](Frame& frame) {
      if (frame.type == static_cast<std::uint8_t>(ProxyFrame::keystream_released)) {
        frame.type = static_cast<std::uint8_t>(ProxyFrame::tag_released);
      }
    };
  });

  EXPECT_EQ(decrypt().error().code(), Errc::peer_malformed);
}

TEST_F(CoordinatorTest, FollowsTheMarksAndTriesAgain) {
  cluster.start();
  cluster.at_all([](FakeNode& node) {
    node.refuse[ProxyFrame::decrypt] = Errc::already_burnt;
    node.refuse_times[ProxyFrame::decrypt] = 1;
    node.session_mark = 50;
    node.vector_mark = 9000;
  });

  EXPECT_TRUE(decrypt());

  const auto second = mpc::wire::DecryptRequest::decode(
      cluster.node(PartyIndex::p1).received[ProxyFrame::decrypt].at(1).body);
  EXPECT_EQ(second->counter, SessionCounter(50));
  EXPECT_EQ(second->vectors.first, 9000U);
}

TEST_F(CoordinatorTest, FollowsNoMarkAboveThatOfAnHonestNode) {
  cluster.start();
  cluster.at_all([](FakeNode& node) {
    node.refuse[ProxyFrame::decrypt] = Errc::already_burnt;
    node.refuse_times[ProxyFrame::decrypt] = 1;
    node.session_mark = 50;
  });
  cluster.node(PartyIndex::p1).session_mark = UINT64_MAX;
  cluster.node(PartyIndex::p1).vector_mark = UINT32_MAX;

  EXPECT_TRUE(decrypt());
  EXPECT_GT(cluster.coordinator.stock(), 0U);
}

TEST_F(CoordinatorTest, TakesANewSlotForEveryAttempt) {
  cluster.start();
  cluster.at_all([](FakeNode& node) {
    node.refuse[ProxyFrame::encrypt] = Errc::already_burnt;
    node.refuse_times[ProxyFrame::encrypt] = 1;
  });

  EXPECT_TRUE(encrypt());
  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots), 2U);
  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::encrypt), 2U);
}

TEST_F(CoordinatorTest, AsksForAVersionThatAllNodesEncryptWith) {
  cluster.start();
  cluster.at_all([](FakeNode& node) {
    node.refuse[ProxyFrame::make_slots] = Errc::session_mismatch;
    node.refuse_times[ProxyFrame::make_slots] = 1;
    node.newest = KeyVersion(3);
  });
  cluster.node(PartyIndex::p2).newest = KeyVersion(2);  // in a rotation to 3

  EXPECT_TRUE(encrypt());

  const std::vector<Frame>& asked = cluster.node(PartyIndex::p1).received[ProxyFrame::make_slots];
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(mpc::wire::MakeSlots::decode(asked[0].body)->version, KeyVersion());
  EXPECT_EQ(mpc::wire::MakeSlots::decode(asked[1].body)->version, KeyVersion(2));
}

TEST_F(CoordinatorTest, DoesNotTryAgainWhereVersionsAreNotTheMatter) {
  cluster.start();
  cluster.at_all([](FakeNode& node) {
    node.refuse[ProxyFrame::make_slots] = Errc::session_mismatch;
    node.newest = KeyVersion(1);
  });
  EXPECT_EQ(encrypt().error().code(), Errc::session_mismatch);
  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots), 1U);
}

TEST_F(CoordinatorTest, TakesAnotherSlotWhereOneNodeHasBurntIt) {
  cluster.start();
  cluster.node(PartyIndex::p2).refuse[ProxyFrame::encrypt] = Errc::already_burnt;
  cluster.node(PartyIndex::p2).refuse_times[ProxyFrame::encrypt] = 1;
  EXPECT_TRUE(encrypt());
  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::encrypt), 2U);
}

TEST_F(CoordinatorTest, SpendsASlotWhateverComesBack) {
  cluster.start();
  cluster.at_all([](FakeNode& node) { node.silent.insert(ProxyFrame::encrypt); });
  EXPECT_EQ(encrypt(kShort).error().code(), Errc::timeout);
  cluster.at_all([](FakeNode& node) { node.silent.clear(); });

  EXPECT_TRUE(encrypt());

  EXPECT_EQ(cluster.node(PartyIndex::p1).count(ProxyFrame::make_slots), 2U);
}

}  // namespace
}  // namespace tercet::proxy
