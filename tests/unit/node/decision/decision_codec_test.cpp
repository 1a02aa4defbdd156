#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "node/decision/decision_record.h"
#include "node/decision/news.h"
#include "tests/unit/node/link/exact_frames.h"

namespace tercet::node {
namespace {

constexpr mpc::PartyIndex kFirst = mpc::PartyIndex::p1;
constexpr mpc::PartyIndex kSecond = mpc::PartyIndex::p2;

class DecisionCodec : public ::testing::Test {
 protected:
  DecisionCodec() {
    electorate_.cluster = ClusterId(random_.array<16>());
    electorate_.membership = MembershipNumber(7);
    for (std::size_t i = 0; i < 3; ++i) {
      keys_.push_back(SigningKey::generate(random_));
      electorate_.keys[i] = keys_[i].public_key();
    }
    name_ =
        DecisionName(DecisionKind::refresh, MembershipNumber(7), SessionId(random_.array<32>()));
  }

  Vote vote(mpc::PartyIndex node, VoteForm form) const {
    return sign_vote(keys_[mpc::number(node) - 1U], electorate_.cluster, name_, node, form);
  }

  /// P2 follows P1.
  Vote following() const {
    const Vote cause = vote(kFirst, VoteForm::first_hand_no);
    return sign_vote(keys_[1],
                     electorate_.cluster,
                     name_,
                     kSecond,
                     VoteForm::following_no,
                     Vote::Cause(cause.node, cause.signature));
  }

  DeterministicRandom random_{as_bytes("decision codec")};
  Electorate electorate_;
  std::vector<SigningKey> keys_;
  DecisionName name_;
};

TEST_F(DecisionCodec, VotesAreValid) {
  for (const VoteForm form : {VoteForm::yes, VoteForm::first_hand_no, VoteForm::done}) {
    EXPECT_TRUE(vote_is_valid(electorate_, name_, vote(kFirst, form)));
  }
  EXPECT_TRUE(vote_is_valid(electorate_, name_, following()));
}

TEST_F(DecisionCodec, EachFieldOfAVoteIsSigned) {
  const Vote good = vote(kFirst, VoteForm::yes);
  const auto refused = [&](const Electorate& by, const DecisionName& name, const Vote& vote) {
    return !vote_is_valid(by, name, vote);
  };
  DecisionName name = name_;
  name.kind = DecisionKind::make;
  EXPECT_TRUE(refused(electorate_, name, good)) << "kind";
  name = name_;
  name.sid = SessionId(random_.array<32>());
  EXPECT_TRUE(refused(electorate_, name, good)) << "sid";
  name = name_;
  name.membership = MembershipNumber(8);
  Electorate next = electorate_;
  next.membership = MembershipNumber(8);
  EXPECT_TRUE(refused(next, name, good)) << "membership";
  Electorate other = electorate_;
  other.cluster = ClusterId(random_.array<16>());
  EXPECT_TRUE(refused(other, name_, good)) << "cluster";
  Vote bad = good;
  bad.form = VoteForm::first_hand_no;
  EXPECT_TRUE(refused(electorate_, name_, bad)) << "form";
  other = electorate_;
  other.keys[1] = other.keys[0];  // were the key the same, the node would still be signed
  bad = good;
  bad.node = kSecond;
  EXPECT_TRUE(refused(other, name_, bad)) << "node";
}

TEST_F(DecisionCodec, AVoteUnderAnotherNumberThanTheElectoratesIsRefused) {
  Electorate next = electorate_;
  next.membership = MembershipNumber(8);
  EXPECT_FALSE(vote_is_valid(next, name_, vote(kFirst, VoteForm::yes)));
}

TEST_F(DecisionCodec, OnlyARefreshHasDone) {
  name_.kind = DecisionKind::make;
  EXPECT_FALSE(vote_is_valid(electorate_, name_, vote(kFirst, VoteForm::done)));
}

TEST_F(DecisionCodec, AFollowingNoNeedsTheNoThatItFollows) {
  Vote bad = following();
  bad.cause->signature = vote(kFirst, VoteForm::yes).signature;
  EXPECT_FALSE(vote_is_valid(electorate_, name_, bad));
  bad = following();
  bad.cause.reset();
  EXPECT_FALSE(vote_is_valid(electorate_, name_, bad));
  bad = following();
  bad.cause = Vote::Cause(kSecond, vote(kSecond, VoteForm::first_hand_no).signature);
  EXPECT_FALSE(vote_is_valid(electorate_, name_, bad)) << "its own";
}

TEST_F(DecisionCodec, NewsAreExactAndBounded) {
  DecisionNews news;
  news.name = name_;
  news.stand = Stand::open;
  news.wants_answer = true;
  expect_exact(news);
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    for (const VoteForm form : {VoteForm::yes, VoteForm::first_hand_no, VoteForm::done}) {
      news.votes.push_back(vote(node, form));
    }
    news.votes.push_back(following());
    news.votes.back().node = node;
    news.votes.back().cause->node = mpc::next(node);
  }
  EXPECT_EQ(news.votes.size(), kVotesPerDecisionMax);
  expect_exact(news);
  EXPECT_LE(news.encode().size(), kDecisionNewsBytesMax);
}

/// Each vote costs a signature to check.
TEST_F(DecisionCodec, OneVoteTwiceIsMalformed) {
  DecisionNews news;
  news.name = name_;
  news.votes = {vote(kFirst, VoteForm::yes), vote(kSecond, VoteForm::yes)};
  ASSERT_TRUE(DecisionNews::decode(news.encode()).ok());
  const auto expect_refused_with = [&news](const Vote& more) {
    DecisionNews longer = news;
    longer.votes.push_back(more);
    const Result<DecisionNews> decoded = DecisionNews::decode(longer.encode());
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.error().code(), Errc::peer_malformed);
    EXPECT_EQ(decoded.error().what(), "read votes: one vote twice");
  };
  expect_refused_with(news.votes.front());
  expect_refused_with(news.votes.back());
  Vote otherwise_signed = news.votes.front();
  otherwise_signed.signature[0] ^= 1U;
  expect_refused_with(otherwise_signed);
  news.votes.push_back(following());
  ASSERT_TRUE(DecisionNews::decode(news.encode()).ok());
  Vote of_other_cause = following();
  of_other_cause.cause->node = mpc::PartyIndex::p3;
  expect_refused_with(of_other_cause);
}

TEST_F(DecisionCodec, RecordsAreExact) {
  DecisionRecord record;
  record.name = name_;
  record.outcome = Outcome::no;
  record.finished = true;
  record.keys.emplace_back(
      KeyId::parse("a-key").value(), KeyVersion(3), CommandId(random_.array<16>()));
  record.votes = {vote(kFirst, VoteForm::first_hand_no), following()};
  expect_exact(record);
}

}  // namespace
}  // namespace tercet::node
