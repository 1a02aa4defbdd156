#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tests/property/node/voting_world.h"

namespace tercet::test {

/// Up to two refreshes: which epochs each node holds and serves.
template <class Rules>
class RefreshWorld : public VotingWorld<RefreshWorld<Rules>, Rules> {
  using Base = VotingWorld<RefreshWorld<Rules>, Rules>;
  using typename Base::Op;

 public:
  static constexpr std::size_t kSessions = 2;  ///< room for
  using typename Base::Machine;

  struct Node {
    std::array<Machine, kSessions> decisions;
    std::uint8_t current = 0;  ///< epoch: 0, or session + 1
    std::uint8_t holds = 1;    ///< bits of epochs
    bool struck = false;
  };

  struct State {
    std::array<Node, 3> nodes;
    std::array<std::uint8_t, kSessions> old{};  ///< the epoch that a session renews
    std::uint8_t begun = 0;
    std::uint8_t breaks = 0;
    std::uint8_t restarts = 0;
  };

  explicit RefreshWorld(const WorldSetting& setting) : Base(setting) {}

  State start() const {
    State state{};
    for (std::size_t i = 0; i < 3; ++i) {
      state.nodes[i].decisions.fill(Machine(node::DecisionKind::refresh, Base::party(i)));
    }
    return state;
  }

  template <class Emit>
  void successors(const State& state, Emit emit) const {
    agree(state, emit);
    Base::vote_and_talk(state, emit);
  }

  const char* violation(const State& state) const {
    unsigned held_by_all = 0xFF;
    unsigned served_by_all = 0xFF;
    for (std::size_t i = 0; i < 3; ++i) {
      if (!Base::counts(state, i)) {
        continue;
      }
      held_by_all &= state.nodes[i].holds;
      served_by_all &= served(state, i);
      for (std::size_t j = 0; j < i; ++j) {
        if (Base::counts(state, j) && (state.nodes[i].holds & state.nodes[j].holds) == 0) {
          return "two nodes hold no common epoch";
        }
      }
    }
    if (held_by_all == 0) {
      return "no epoch is held by all";
    }
    const bool must_serve = !setting_.strike_p3 && !setting_.held_only;
    return served_by_all == 0 && must_serve ? "no epoch is served by all" : nullptr;
  }

  bool well_ended(const State& state) const {
    for (std::size_t i = 0; i < 3; ++i) {
      const Node& node = state.nodes[i];
      if (!Base::counts_at_the_end(state, i)) {
        continue;
      }
      for (const Machine& decision : node.decisions) {
        if (decision.running()) {
          return false;
        }
      }
      if (node.holds != state.nodes[0].holds || node.holds != 1U << node.current) {
        return false;
      }
    }
    return true;
  }

  bool must_end(const State& state) const { return Base::strikes_are_over(state); }

  void carry_out(State& state, std::size_t i, std::size_t k, const node::Effects& effects) const {
    Node& node = state.nodes[i];
    if (effects.make_current) {
      node.current = static_cast<std::uint8_t>(k + 1);
    }
    if (effects.drop_set) {
      node.holds = static_cast<std::uint8_t>(node.holds & ~(1U << (k + 1)));
    }
    if (effects.destroy_old) {
      node.holds = static_cast<std::uint8_t>(node.holds & ~(1U << state.old[k]));
    }
  }

  node::VoteConditions conditions(const State& state, std::size_t i, std::size_t k) const {
    node::VoteConditions conditions;
    conditions.other_vote_open = Base::other_vote_open(state, i, k);
    return conditions;
  }

  static constexpr bool may_break() { return true; }

  static constexpr bool refuses_when_asked() { return true; }

 private:
  using Base::setting_;

  static unsigned served(const State& state, std::size_t i) {
    const Node& node = state.nodes[i];
    unsigned epochs = 1U << node.current;
    for (std::size_t k = 0; k < state.begun; ++k) {
      const Machine& decision = node.decisions[k];
      if (decision.outcome() == node::Outcome::yes && !decision.finished()) {
        epochs |= 1U << state.old[k];
      }
    }
    return epochs & node.holds;
  }

  /// The list of epochs in the plan is each node's own.
  template <class Emit>
  void agree(const State& state, Emit emit) const {
    if (state.begun == setting_.sessions) {
      return;
    }
    State next = state;
    const std::size_t k = next.begun++;
    next.old[k] = state.nodes[0].current;
    for (std::size_t i = 0; i < 3; ++i) {
      const Node& node = state.nodes[i];
      if (!Base::honest(i)) {
        continue;
      }
      bool busy = node.struck || (Rules::equal_lists && node.current != next.old[k]);
      for (const Machine& decision : node.decisions) {
        busy = busy || decision.running() || (Rules::one_open_vote && decision.is_open());
      }
      if (busy) {
        return;
      }
      next.nodes[i].holds = static_cast<std::uint8_t>(node.holds | (1U << (k + 1)));
      Base::begin(next, i, k);
    }
    emit(next, Step(Op::agree, 0, 0, k).packed(), false);
  }
};

}  // namespace tercet::test
