#include "node/decision/news.h"

#include <algorithm>
#include <utility>

namespace tercet::node {

void encode_name(ByteWriter& into, const DecisionName& name) {
  into.u8(static_cast<std::uint8_t>(name.kind)).u32(name.membership.value());
  into.raw(name.sid.view());
}

Result<DecisionName> decode_name(ByteReader& from) {
  const std::uint8_t kind = from.u8();
  const MembershipNumber membership(from.u32());
  const SessionId sid(from.array<SessionId::kBytes>());
  if (kind < static_cast<std::uint8_t>(DecisionKind::make) ||
      kind > static_cast<std::uint8_t>(DecisionKind::destroy)) {
    return Error(Errc::peer_malformed, "read the name of a decision: an unknown kind");
  }
  return DecisionName(static_cast<DecisionKind>(kind), membership, sid);
}

void encode_votes(ByteWriter& into, const std::vector<Vote>& votes) {
  into.u8(static_cast<std::uint8_t>(votes.size()));
  for (const Vote& vote : votes) {
    vote.encode(into);
  }
}

Result<std::vector<Vote>> decode_votes(ByteReader& from) {
  const std::uint8_t count = from.u8();
  if (count > kVotesPerDecisionMax) {
    return Error(Errc::peer_malformed, "read votes: more than a decision can have");
  }
  std::vector<Vote> votes;
  votes.reserve(count);
  for (std::uint8_t i = 0; i < count; ++i) {
    TERCET_TRY(Vote vote, Vote::decode(from));
    // Each costs a signature to check: nobody says one twice.
    if (std::ranges::any_of(votes, [&vote](const Vote& other) {
          return other.node == vote.node && other.form == vote.form;
        })) {
      return Error(Errc::peer_malformed, "read votes: one vote twice");
    }
    votes.push_back(std::move(vote));
  }
  return votes;
}

VoteSets sets_of(const std::vector<Vote>& votes) {
  VoteSets sets;
  for (const Vote& vote : votes) {
    sets.add(vote.node, vote.form);
    if (vote.cause) {
      sets.add(vote.cause->node, VoteForm::first_hand_no);
    }
  }
  return sets;
}

Bytes DecisionNews::encode() const {
  ByteWriter out;
  encode_name(out, name);
  out.u8(static_cast<std::uint8_t>(stand)).u8(wants_answer ? 1 : 0);
  encode_votes(out, votes);
  return out.take();
}

Result<DecisionNews> DecisionNews::decode(ByteView from) {
  ByteReader reader(from);
  DecisionNews news;
  TERCET_TRY(news.name, decode_name(reader));
  const std::uint8_t stand = reader.u8();
  const std::uint8_t wants_answer = reader.u8();
  TERCET_TRY(news.votes, decode_votes(reader));
  TERCET_TRY_STATUS(reader.finish("news of a decision"));
  if (stand > static_cast<std::uint8_t>(Stand::no) || wants_answer > 1) {
    return Error(Errc::peer_malformed, "read news of a decision");
  }
  news.stand = static_cast<Stand>(stand);
  news.wants_answer = wants_answer == 1;
  return news;
}

VoteSets DecisionNews::sets() const {
  return sets_of(votes);
}

}  // namespace tercet::node
