#include "node/decision/decision.inl.h"

namespace tercet::node {

void VoteSets::add(mpc::PartyIndex node, VoteForm form) {
  switch (form) {
    case VoteForm::yes:
      yes.add(node);
      return;
    case VoteForm::first_hand_no:
      first_hand_no.add(node);
      return;
    case VoteForm::following_no:
      following_no.add(node);
      return;
    case VoteForm::done:
      done.add(node);
      return;
  }
}

bool VoteSets::has(mpc::PartyIndex node, VoteForm form) const {
  switch (form) {
    case VoteForm::yes:
      return yes.contains(node);
    case VoteForm::first_hand_no:
      return first_hand_no.contains(node);
    case VoteForm::following_no:
      return following_no.contains(node);
    case VoteForm::done:
      return done.contains(node);
  }
  return false;
}

template class BasicDecision<FullLifeRules>;

}  // namespace tercet::node
