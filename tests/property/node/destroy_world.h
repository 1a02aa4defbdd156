#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tests/property/node/voting_world.h"

namespace tercet::test {

/// One deleted key: each node ends the waiting period by its own clock, an undelete may race it.
template <class Rules>
class DestroyWorld : public VotingWorld<DestroyWorld<Rules>, Rules> {
  using Base = VotingWorld<DestroyWorld<Rules>, Rules>;
  using typename Base::Op;

 public:
  using typename Base::Machine;

  struct Node {
    std::array<Machine, 1> decisions;
    bool deleted = false;
    bool undeleted = false;
    bool destroyed = false;
    bool struck = false;
  };

  struct State {
    std::array<Node, 3> nodes;
    std::uint8_t begun = 1;
    std::uint8_t breaks = 0;
    std::uint8_t restarts = 0;
  };

  explicit DestroyWorld(const WorldSetting& setting) : Base(setting) {}

  State start() const {
    State state{};
    for (std::size_t i = 0; i < 3; ++i) {
      state.nodes[i].decisions.fill(Machine(node::DecisionKind::destroy, Base::party(i)));
    }
    return state;
  }

  template <class Emit>
  void successors(const State& state, Emit emit) const {
    for (std::size_t i = 0; i < 3; ++i) {
      if (Base::honest(i) && !state.nodes[i].struck) {
        spread_commands(state, i, emit);
      }
    }
    Base::vote_and_talk(state, emit);
  }

  const char* violation(const State& state) const {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        const bool apart = state.nodes[i].destroyed && keeps(state.nodes[j]);
        if (i != j && Base::counts(state, i) && Base::counts(state, j) && apart) {
          return "destroyed at one node, kept for good at another";
        }
      }
    }
    return nullptr;
  }

  bool well_ended(const State& state) const {
    for (std::size_t i = 0; i < 3; ++i) {
      const Node& node = state.nodes[i];
      if (Base::counts_at_the_end(state, i) &&
          ((!node.destroyed && !keeps(node)) || node.destroyed != state.nodes[0].destroyed)) {
        return false;
      }
    }
    return true;
  }

  bool must_end(const State& state) const { return Base::strikes_are_over(state); }

  void carry_out(State& state,
                 std::size_t i,
                 std::size_t /*k*/,
                 const node::Effects& effects) const {
    state.nodes[i].destroyed = state.nodes[i].destroyed || effects.make_current;
  }

  node::VoteConditions conditions(const State& state, std::size_t i, std::size_t /*k*/) const {
    node::VoteConditions conditions;
    conditions.command_waits = !state.nodes[i].undeleted;
    return conditions;
  }

  static constexpr bool may_break() { return false; }

  /// Only an undelete is a reason to refuse.
  static constexpr bool refuses_when_asked() { return false; }

 private:
  using Base::setting_;

  static bool keeps(const Node& node) {
    const bool ended_no = node.decisions[0].outcome() == node::Outcome::no;
    return !node.destroyed && (ended_no || (!Rules::destruction_is_voted && node.undeleted));
  }

  template <class Emit>
  void spread_commands(const State& state, std::size_t i, Emit emit) const {
    const Node& node = state.nodes[i];
    if (!node.deleted) {
      State next = state;
      next.nodes[i].deleted = true;
      Base::begin(next, i, 0);
      emit(next, Step(Op::give_command, i, 0, 0).packed(), false);
      return;
    }
    // Once it is given, an undelete goes from node to node, as all commands do.
    bool known = false;
    for (const Node& other : state.nodes) {
      known = known || other.undeleted;
    }
    if (!node.undeleted && !node.destroyed) {
      State next = state;
      next.nodes[i].undeleted = true;
      Base::do_step(next, i, 0, next.nodes[i].decisions[0].end_session());
      emit(next, Step(Op::give_undelete, i, 0, 0).packed(), !known);
    }
    if (!Rules::destruction_is_voted && !node.undeleted && !node.destroyed) {
      State next = state;
      next.nodes[i].destroyed = true;
      emit(next, Step(Op::vote, i, 0, 0).packed(), false);
    }
  }
};

}  // namespace tercet::test
