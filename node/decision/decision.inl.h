#pragma once

#include "node/decision/decision.h"

namespace tercet::node {

template <class Rules>
void BasicDecision<Rules>::begin() {
  if (outcome_ == Outcome::open && !voted_yes() && !voted_no() && struck_.empty()) {
    running_ = true;
  }
}

template <class Rules>
Effects BasicDecision<Rules>::pass_check() {
  checked_ = checked_ || running_;
  return voted_yes() ? settle(Effects()) : Effects();
}

template <class Rules>
Effects BasicDecision<Rules>::vote_yes(const VoteConditions& conditions) {
  const bool may_vote = running_ && outcome_ == Outcome::open && !voted_yes() &&
                        votes_.no().empty() && (checked_ || !Rules::vote_last) &&
                        conditions.command_waits &&
                        (!conditions.other_vote_open || !Rules::one_open_vote);
  if (!may_vote) {
    return Effects();
  }
  votes_.yes.add(self_);
  running_ = running_ && !checked_;  // voted before the check: the session goes on
  Effects effects;
  effects.write = true;
  effects.tell_peers = true;
  return settle(effects);
}

template <class Rules>
Effects BasicDecision<Rules>::end_session() {
  running_ = false;
  return voted_yes() ? Effects() : refuse();
}

template <class Rules>
Effects BasicDecision<Rules>::refuse() {
  const bool after_yes = voted_yes() && Rules::no_follows_no;
  if (running_ || voted_no() || after_yes || outcome_ != Outcome::open || !struck_.empty()) {
    return Effects();
  }
  votes_.first_hand_no.add(self_);
  Effects effects;
  effects.tell_peers = true;
  // A sid that does not run here never gets this node's YES, so nothing need be kept; a delete
  // command could.
  effects.write = kind_ == DecisionKind::destroy || voted_yes();
  if (!voted_yes()) {
    drop(effects);
  }
  return settle(effects);
}

template <class Rules>
Effects BasicDecision<Rules>::hear(const VoteSets& votes) {
  Effects effects;
  const bool yes_unknown = votes.yes.contains(self_) && !voted_yes();
  const bool no_unknown = votes.no().contains(self_) && !voted_no();
  const bool done_unknown = votes.done.contains(self_) && !votes_.done.contains(self_);
  effects.own_vote_unknown = yes_unknown || no_unknown || done_unknown;
  votes_.yes = votes_.yes | votes.yes.without(self_);
  votes_.done = votes_.done | votes.done.without(self_);
  // An own NO binds, whether this node remembers it or not.
  votes_.first_hand_no = votes_.first_hand_no | votes.first_hand_no;
  votes_.following_no = votes_.following_no | votes.following_no;
  effects.write = no_unknown;
  return settle(effects);
}

template <class Rules>
Effects BasicDecision<Rules>::hear_stand(mpc::PartyIndex peer, Stand stand) {
  if (stand == Stand::yes && peer != self_) {
    current_at_.add(peer);
  }
  return settle(Effects());
}

template <class Rules>
Effects BasicDecision<Rules>::strike(mpc::PartyIndex member) {
  if (!struck_.empty() || member == self_) {
    return Effects();
  }
  Effects effects;
  running_ = false;
  if (outcome_ == Outcome::open && !voted_yes()) {
    drop(effects);
  }
  struck_.add(member);
  return settle(effects);
}

template <class Rules>
Effects BasicDecision<Rules>::hear_state(SettledState state) {
  if (struck_.empty() || peer_state_ != SettledState::unsaid) {
    return Effects();
  }
  peer_state_ = state;
  return settle(Effects());
}

template <class Rules>
Effects BasicDecision<Rules>::restart() {
  // A waiting period goes on: it belongs to a command, not to a session.
  running_ = running_ && kind_ == DecisionKind::destroy;
  current_at_ = NodeSet();
  peer_state_ = SettledState::unsaid;
  if (outcome_ != Outcome::open) {
    return Effects();
  }
  if (running_) {
    return Effects();
  }
  if (!voted_yes()) {
    // Its sid belongs to a generation that is over: it can get nothing but this node's NO.
    votes_ = VoteSets();
    return refuse();
  }
  // Others' single votes are asked for again; an own following NO keeps its cause.
  votes_.yes = votes_.yes & NodeSet::of(self_);
  votes_.following_no = votes_.following_no & NodeSet::of(self_);
  if (!votes_.following_no.contains(self_)) {
    votes_.first_hand_no = votes_.first_hand_no & NodeSet::of(self_);
  }
  return Effects();
}

template <class Rules>
void BasicDecision<Rules>::restore(const VoteSets& votes, Outcome outcome, bool finished) {
  votes_ = votes;
  outcome_ = outcome;
  finished_ = finished;
  checked_ = voted_yes();
}

template <class Rules>
bool BasicDecision<Rules>::is_open() const {
  const bool refresh_unfinished =
      kind_ == DecisionKind::refresh && outcome_ == Outcome::yes && !finished_;
  return voted_yes() && (outcome_ == Outcome::open || refresh_unfinished);
}

template <class Rules>
Stand BasicDecision<Rules>::stand() const {
  switch (outcome_) {
    case Outcome::yes:
      return Stand::yes;
    case Outcome::no:
      return voted_yes() ? Stand::no : Stand::none;
    case Outcome::open:
      break;
  }
  if (voted_yes()) {
    return Stand::open;
  }
  return running_ ? Stand::running : Stand::none;
}

template <class Rules>
NodeSet BasicDecision<Rules>::waits_for() const {
  NodeSet missing;
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    const bool heard = outcome_ == Outcome::yes ? votes_.done.contains(node)
                       : voted_no()             ? votes_.no().contains(node)
                                                : votes_.yes.contains(node);
    if (!heard && !struck_.contains(node)) {
      missing.add(node);
    }
  }
  return is_open() ? missing : NodeSet();
}

template <class Rules>
Effects BasicDecision<Rules>::settle(Effects effects) {
  if (struck_.empty()) {
    settle_by_votes(effects);
  } else {
    settle_by_state(effects);
  }
  finish_refresh(effects);
  return effects;
}

template <class Rules>
void BasicDecision<Rules>::settle_by_votes(Effects& effects) {
  if (outcome_ != Outcome::open || !voted_yes()) {
    return;
  }
  const bool own_no_binds = voted_no() && Rules::no_binds;
  if (checked_ && votes_.yes.all() && (!own_no_binds || freed_by_double_vote())) {
    become_current(effects);
    return;
  }
  if (may_follow()) {
    votes_.following_no.add(self_);
    effects.write = true;
    effects.tell_peers = true;
  }
  if (Rules::three_no_to_drop ? votes_.no().all() : voted_no()) {
    drop(effects);
    effects.write = true;
    effects.tell_peers = true;
  }
}

template <class Rules>
void BasicDecision<Rules>::settle_by_state(Effects& effects) {
  if (own_state_ == SettledState::unsaid) {
    own_state_ = outcome_ == Outcome::yes ? SettledState::current : SettledState::not_current;
    effects.write = true;
    effects.tell_peers = true;
  }
  if (outcome_ != Outcome::open || !voted_yes()) {
    return;
  }
  if (!Rules::settle_by_state) {
    // As protocol.md once had it: by what is known now.
    if (current_at_.empty()) {
      drop(effects);
    } else {
      become_current(effects);
    }
    return;
  }
  const bool late_certificate = !Rules::no_late_certificate && votes_.yes.all();
  if (peer_state_ == SettledState::current || late_certificate) {
    become_current(effects);
  } else if (peer_state_ == SettledState::not_current) {
    drop(effects);
    effects.write = true;
  }
}

template <class Rules>
void BasicDecision<Rules>::finish_refresh(Effects& effects) {
  if (kind_ == DecisionKind::refresh && outcome_ == Outcome::yes && !finished_ &&
      (three_done() || !Rules::three_done)) {
    finished_ = true;
    effects.destroy_old = true;
    effects.write = true;
  }
}

template <class Rules>
void BasicDecision<Rules>::become_current(Effects& effects) {
  outcome_ = Outcome::yes;
  running_ = false;
  if (kind_ == DecisionKind::refresh) {
    votes_.done.add(self_);
  }
  effects.make_current = true;
  effects.write = true;
  effects.tell_peers = true;
}

template <class Rules>
void BasicDecision<Rules>::drop(Effects& effects) {
  outcome_ = Outcome::no;
  running_ = false;
  effects.drop_set = true;
}

/// A first-hand NO of another node, no NO of this one yet.
template <class Rules>
bool BasicDecision<Rules>::may_follow() const {
  return !voted_no() && !votes_.first_hand_no.without(self_).empty();
}

/// One peer signed YES and a first-hand NO, so the other is honest; and that one is current.
template <class Rules>
bool BasicDecision<Rules>::freed_by_double_vote() const {
  if (!Rules::double_vote_frees) {
    return false;
  }
  for (const mpc::PartyIndex peer : {mpc::next(self_), mpc::previous(self_)}) {
    if (votes_.double_voters().contains(peer) && current_at_.contains(third_node(self_, peer))) {
      return true;
    }
  }
  return false;
}

template <class Rules>
bool BasicDecision<Rules>::three_done() const {
  return (votes_.done | struck_).all();
}

}  // namespace tercet::node
