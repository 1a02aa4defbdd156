#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "node/decision/decision.inl.h"
#include "tests/property/node/world_steps.h"

namespace tercet::test {

/// How large a world is, and what may go wrong in it.
struct WorldSetting {
  std::size_t commands = 1;  ///< to make a key of one id
  std::size_t sessions = 1;
  std::size_t breaks = 1;         ///< of sessions; whoever is left alone may always break off
  std::size_t restarts = 0;       ///< of whole nodes
  bool corrupt_p3 = false;        ///< any signature of its own to anyone; passes others' on singly
  bool strike_p3 = false;         ///< P3 lost or corrupt: the others strike it at any time
  bool old_p3_talks = false;      ///< whom P3 replaced still signs, under its old membership
  bool join_singly = false;       ///< not all in one step
  bool single_votes = false;      ///< of what a node says, any one vote may come alone
  bool check_apart = false;       ///< the key check is a step of its own, and may fail
  bool double_vote_only = false;  ///< liveness is judged where P3's double vote is known
  bool held_only = false;         ///< safety: only what is held, not what is served
  bool facts_only = false;        ///< safety: only facts and shares of different commands
};

/// What all explored worlds have in common: three nodes with the real machine each, that vote,
/// talk, break off, restart, strike P3, and are lied to by it, in any order.
///
/// Derived: State with `nodes` (each with `decisions` and `struck`), `begun`, `breaks`, `restarts`;
///   void carry_out(State&, std::size_t node, int session, const node::Effects&) const;
///   node::VoteConditions conditions(const State&, std::size_t node, int session) const;
template <class Derived, class Rules>
class VotingWorld {
 public:
  using Machine = node::BasicDecision<Rules>;

  std::string describe(std::uint16_t step) const { return Step(step).text(); }

 protected:
  using Op = Step::Op;

  explicit VotingWorld(const WorldSetting& setting) : setting_(setting) {}

  static mpc::PartyIndex party(std::size_t node) { return static_cast<mpc::PartyIndex>(node + 1); }

  bool honest(std::size_t node) const { return node != 2 || !setting_.corrupt_p3; }

  /// Is the node one whose state is judged?
  template <class State>
  bool counts(const State& state, std::size_t node) const {
    const bool struck_out = node == 2 && (state.nodes[0].struck || state.nodes[1].struck);
    return honest(node) && !struck_out;
  }

  /// P3 may be lost for good: whether the end is good is judged without it.
  template <class State>
  bool counts_at_the_end(const State& state, std::size_t node) const {
    return counts(state, node) && !(node == 2 && setting_.strike_p3);
  }

  template <class State>
  bool strikes_are_over(const State& state) const {
    return setting_.strike_p3 ? state.nodes[0].struck && state.nodes[1].struck
                              : !setting_.corrupt_p3;
  }

  /// Votes, breaks, talk, lies and trouble; what begins sessions is the derived world's.
  template <class State, class Emit>
  void vote_and_talk(const State& state, Emit emit) const {
    for (std::size_t i = 0; i < 3; ++i) {
      if (!honest(i)) {
        continue;
      }
      for (std::size_t k = 0; k < state.begun; ++k) {
        work(state, i, k, emit);
        for (std::size_t j = 0; j < 3; ++j) {
          if (j != i && honest(j) && linked(state, i, j)) {
            talk(state, i, j, k, emit);
          }
        }
        if (setting_.corrupt_p3) {
          lie(state, i, k, emit);
        }
        if (setting_.old_p3_talks && i != 2 && !Rules::votes_bound_to_membership) {
          tell_vote_of_p3(state, i, k, node::VoteForm::yes, emit);
        }
      }
      trouble(state, i, emit);
    }
  }

  template <class State>
  static bool linked(const State& state, std::size_t a, std::size_t b) {
    const bool with_p3 = a == 2 || b == 2;
    return !(with_p3 && (state.nodes[a].struck || state.nodes[b].struck));
  }

  template <class State>
  static bool other_vote_open(const State& state, std::size_t i, std::size_t k) {
    for (std::size_t q = 0; q < state.begun; ++q) {
      if (q != k && state.nodes[i].decisions[q].is_open()) {
        return true;
      }
    }
    return false;
  }

  template <class State>
  void begin(State& state, std::size_t i, std::size_t k) const {
    Machine& decision = state.nodes[i].decisions[k];
    decision.begin();
    if (!setting_.check_apart) {
      do_step(state, i, k, decision.pass_check());
    }
  }

  template <class State>
  void do_step(State& state, std::size_t i, std::size_t k, const node::Effects& effects) const {
    static_cast<const Derived&>(*this).carry_out(state, i, k, effects);
  }

  WorldSetting setting_;

 private:
  template <class State, class Emit>
  void work(const State& state, std::size_t i, std::size_t k, Emit emit) const {
    const Machine& decision = state.nodes[i].decisions[k];
    if (decision.running()) {
      run_session(state, i, k, emit);
    }
    if (!Rules::no_follows_no && !decision.voted_no()) {
      State next = state;
      do_step(next, i, k, next.nodes[i].decisions[k].refuse());
      emit(next, Step(Op::refuse, i, 0, k).packed(), false);
    }
  }

  template <class State, class Emit>
  void run_session(const State& state, std::size_t i, std::size_t k, Emit emit) const {
    const Machine& decision = state.nodes[i].decisions[k];
    if (!decision.checked()) {
      State next = state;
      do_step(next, i, k, next.nodes[i].decisions[k].pass_check());
      emit(next, Step(Op::pass_check, i, 0, k).packed(), false);
    }
    if (!decision.voted_yes() && (decision.checked() || !Rules::vote_last)) {
      State next = state;
      Machine& voter = next.nodes[i].decisions[k];
      do_step(next, i, k, voter.vote_yes(derived().conditions(state, i, k)));
      if (!voter.voted_yes()) {
        do_step(next, i, k, voter.end_session());
      }
      emit(next, Step(Op::vote, i, 0, k).packed(), false);
    }
    const bool alone = left_alone(state, i, k);
    if (derived().may_break() && (alone || state.breaks < setting_.breaks)) {
      State next = state;
      next.breaks = static_cast<std::uint8_t>(next.breaks + (alone ? 0 : 1));
      do_step(next, i, k, next.nodes[i].decisions[k].end_session());
      emit(next, Step(Op::break_off, i, 0, k).packed(), !alone);
    }
  }

  template <class State>
  bool left_alone(const State& state, std::size_t i, std::size_t k) const {
    for (std::size_t j = 0; j < 3; ++j) {
      const Machine& other = state.nodes[j].decisions[k];
      if (j != i && honest(j) && !other.running() && !other.voted_yes()) {
        return true;
      }
    }
    return false;
  }

  /// i speaks of session k to j: asks about its own open decision; answers where j's is open.
  template <class State, class Emit>
  void talk(const State& state, std::size_t i, std::size_t j, std::size_t k, Emit emit) const {
    const Machine& speaker = state.nodes[i].decisions[k];
    const Machine& hearer = state.nodes[j].decisions[k];
    if (state.nodes[i].struck && state.nodes[j].struck) {
      State next = state;
      do_step(next, j, k, next.nodes[j].decisions[k].hear_state(speaker.own_state()));
      emit(next, Step(Op::tell_state, i, j, k).packed(), false);
    }
    if (speaker.is_open()) {
      State next = state;
      hear(next, j, k, speaker);
      if (!hearer.voted_yes() && derived().refuses_when_asked()) {
        do_step(next, j, k, next.nodes[j].decisions[k].refuse());
      }
      emit(next, Step(Op::ask, i, j, k).packed(), false);
    }
    if (hearer.is_open() && speaker.answers()) {
      State next = state;
      if (derived().refuses_when_asked()) {
        do_step(next, i, k, next.nodes[i].decisions[k].refuse());
      }
      hear(next, j, k, next.nodes[i].decisions[k]);
      emit(next, Step(Op::answer, i, j, k).packed(), false);
    }
    if (setting_.single_votes) {
      pass_single_votes(state, i, j, k, emit);
    }
  }

  template <class State>
  void hear(State& state, std::size_t j, std::size_t k, const Machine& speaker) const {
    Machine& hearer = state.nodes[j].decisions[k];
    do_step(state, j, k, hearer.hear(speaker.votes()));
    do_step(state, j, k, hearer.hear_stand(speaker.self(), speaker.stand()));
  }

  template <class State, class Emit>
  void pass_single_votes(
      const State& state, std::size_t i, std::size_t j, std::size_t k, Emit emit) const {
    const Machine& knower = state.nodes[i].decisions[k];
    for (const node::VoteForm form : {node::VoteForm::yes,
                                      node::VoteForm::first_hand_no,
                                      node::VoteForm::following_no,
                                      node::VoteForm::done}) {
      if (knower.votes().has(party(i), form)) {
        State next = state;
        do_step(next, j, k, next.nodes[j].decisions[k].hear(one_vote(knower, party(i), form)));
        emit(next, Step(Op::one_vote, i, j, k, static_cast<std::size_t>(form)).packed(), true);
      }
    }
  }

  /// All that a corrupt P3 may tell node i about session k.
  template <class State, class Emit>
  void lie(const State& state, std::size_t i, std::size_t k, Emit emit) const {
    for (const node::VoteForm form :
         {node::VoteForm::yes, node::VoteForm::first_hand_no, node::VoteForm::done}) {
      const bool has_done = state.nodes[i].decisions[k].kind() == node::DecisionKind::refresh;
      if (form == node::VoteForm::done && !has_done) {
        continue;
      }
      tell_vote_of_p3(state, i, k, form, emit);
    }
    State next = state;
    do_step(next, i, k, next.nodes[i].decisions[k].hear_stand(kP3, node::Stand::yes));
    emit(next, Step(Op::corrupt_stand, i, 2, k).packed(), true);
    pass_single_votes(state, 1 - i, i, k, emit);
  }

  template <class State, class Emit>
  void tell_vote_of_p3(
      const State& state, std::size_t i, std::size_t k, node::VoteForm form, Emit emit) const {
    State next = state;
    node::VoteSets votes;
    votes.add(kP3, form);
    do_step(next, i, k, next.nodes[i].decisions[k].hear(votes));
    emit(next, Step(Op::corrupt_vote, i, 2, k, static_cast<std::size_t>(form)).packed(), true);
  }

  template <class State, class Emit>
  void trouble(const State& state, std::size_t i, Emit emit) const {
    if (state.restarts < setting_.restarts) {
      State next = state;
      ++next.restarts;
      for (std::size_t k = 0; k < state.begun; ++k) {
        do_step(next, i, k, next.nodes[i].decisions[k].restart());
      }
      emit(next, Step(Op::restart, i, 0, 0).packed(), true);
    }
    if (setting_.strike_p3 && i != 2 && !state.nodes[i].struck) {
      State next = state;
      next.nodes[i].struck = true;
      for (std::size_t k = 0; k < state.begun; ++k) {
        do_step(next, i, k, next.nodes[i].decisions[k].strike(kP3));
      }
      emit(next, Step(Op::strike, i, 0, 0).packed(), false);
    }
  }

  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

}  // namespace tercet::test
