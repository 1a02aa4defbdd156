#include "node/decision/decision_book.inl.h"

namespace tercet::node {

namespace detail {

const Vote* find_vote(const std::vector<Vote>& votes, mpc::PartyIndex node, VoteForm form) {
  const auto found = std::ranges::find_if(
      votes, [&](const Vote& vote) { return vote.node == node && vote.form == form; });
  return found == votes.end() ? nullptr : &*found;
}

void merge_votes(std::vector<Vote>& into, const std::vector<Vote>& votes) {
  for (const Vote& vote : votes) {
    if (find_vote(into, vote.node, vote.form) == nullptr) {
      into.push_back(vote);
    }
    if (vote.cause) {
      merge_votes(into, {vote.cause_vote()});
    }
  }
}

Effects operator|(const Effects& a, const Effects& b) {
  Effects both;
  both.write = a.write || b.write;
  both.make_current = a.make_current || b.make_current;
  both.drop_set = a.drop_set || b.drop_set;
  both.destroy_old = a.destroy_old || b.destroy_old;
  both.tell_peers = a.tell_peers || b.tell_peers;
  both.own_vote_unknown = a.own_vote_unknown || b.own_vote_unknown;
  return both;
}

std::optional<Vote::Cause> cause_for(const std::vector<Vote>& votes, mpc::PartyIndex self) {
  for (const Vote& vote : votes) {
    if (vote.form == VoteForm::first_hand_no && vote.node != self) {
      return Vote::Cause(vote.node, vote.signature);
    }
  }
  return std::nullopt;
}

}  // namespace detail

template class BasicDecisionBook<FullLifeRules>;

}  // namespace tercet::node
