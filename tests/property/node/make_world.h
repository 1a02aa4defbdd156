#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "node/decision/open_votes.h"
#include "tests/property/node/voting_world.h"

namespace tercet::test {

/// Up to two sessions to make one key, for one or two commands of its id.
template <class Rules>
class MakeWorld : public VotingWorld<MakeWorld<Rules>, Rules> {
  using Base = VotingWorld<MakeWorld<Rules>, Rules>;
  using typename Base::Op;

 public:
  static constexpr std::size_t kSessions = 2;  ///< room for
  using typename Base::Machine;

  enum class Fate : std::uint8_t { unknown, waits, done, failed };

  struct Node {
    std::array<Machine, kSessions> decisions;
    std::array<Fate, 2> commands{};
    std::uint8_t record_of = 0;  ///< whose the id is here: command + 1
    std::uint8_t serves = 0;     ///< session + 1
    std::uint8_t facts = 0;      ///< of which command: + 1
    bool struck = false;
  };

  struct State {
    std::array<Node, 3> nodes;
    std::array<std::uint8_t, kSessions> command_of{};  ///< + 1
    std::uint8_t begun = 0;
    std::uint8_t breaks = 0;
    std::uint8_t restarts = 0;
    bool changed_session = false;
    bool failed_then_done = false;
  };

  explicit MakeWorld(const WorldSetting& setting) : Base(setting) {}

  State start() const {
    State state{};
    for (std::size_t i = 0; i < 3; ++i) {
      state.nodes[i].decisions.fill(Machine(node::DecisionKind::make, Base::party(i)));
    }
    return state;
  }

  template <class Emit>
  void successors(const State& state, Emit emit) const {
    for (std::size_t c = 0; c < setting_.commands; ++c) {
      spread_command(state, c, emit);
      if (setting_.join_singly) {
        join_singly(state, c, emit);
      } else {
        agree(state, c, emit);
      }
    }
    Base::vote_and_talk(state, emit);
  }

  const char* violation(const State& state) const {
    for (std::size_t i = 0; i < 3; ++i) {
      const Node& one = state.nodes[i];
      if (!Base::counts(state, i) || one.serves == 0) {
        continue;
      }
      if (one.facts != state.command_of[one.serves - 1U]) {
        return "shares of one command with the facts of another";
      }
      if (const char* what = differs_from_another(state, i);
          what != nullptr && !setting_.facts_only) {
        return what;
      }
    }
    if (state.changed_session && !setting_.facts_only) {
      return "a node changed the session that it serves";
    }
    return state.failed_then_done && !setting_.facts_only
               ? "a command was failed and then done at a node"
               : nullptr;
  }

  bool well_ended(const State& state) const {
    const Node& first = state.nodes[0];
    for (std::size_t i = 0; i < 3; ++i) {
      const Node& node = state.nodes[i];
      if (!Base::counts_at_the_end(state, i)) {
        continue;
      }
      for (std::size_t k = 0; k < state.begun; ++k) {
        if (node.decisions[k].running() || node.decisions[k].is_open()) {
          return false;
        }
      }
      if (node.serves != first.serves || (!setting_.double_vote_only && !same_fates(node, first))) {
        return false;
      }
    }
    return true;
  }

  bool must_end(const State& state) const {
    return setting_.double_vote_only ? double_vote_at_a_current(state)
                                     : Base::strikes_are_over(state);
  }

  void carry_out(State& state, std::size_t i, std::size_t k, const node::Effects& effects) const {
    Node& node = state.nodes[i];
    if (!effects.make_current) {
      return;
    }
    const std::size_t c = state.command_of[k] - 1;
    state.changed_session = state.changed_session || (node.serves != 0 && node.serves != k + 1);
    state.failed_then_done = state.failed_then_done || node.commands[c] == Fate::failed;
    node.serves = static_cast<std::uint8_t>(k + 1);
    node.facts = Rules::facts_with_session ? state.command_of[k] : node.record_of;
    for (std::size_t d = 0; d < 2; ++d) {
      if (d == c) {
        node.commands[d] = Fate::done;
      } else if (node.commands[d] == Fate::waits) {
        node.commands[d] = Fate::failed;
      }
    }
  }

  node::VoteConditions conditions(const State& state, std::size_t i, std::size_t k) const {
    node::VoteConditions conditions;
    conditions.other_vote_open = Base::other_vote_open(state, i, k);
    conditions.command_waits = state.nodes[i].commands[state.command_of[k] - 1U] == Fate::waits;
    return conditions;
  }

  static constexpr bool may_break() { return true; }

  static constexpr bool refuses_when_asked() { return true; }

 private:
  using Base::setting_;

  const char* differs_from_another(const State& state, std::size_t i) const {
    const std::uint8_t serves = state.nodes[i].serves;
    for (std::size_t j = 0; j < 3; ++j) {
      const Node& other = state.nodes[j];
      if (j == i || !Base::counts(state, j)) {
        continue;
      }
      if (other.serves != 0 && other.serves != serves) {
        return "two nodes made different sessions current";
      }
      if (!holds_set(other.decisions[serves - 1U])) {
        return "current at one node, no shares of it at another";
      }
    }
    return nullptr;
  }

  static bool holds_set(const Machine& decision) {
    const bool open = decision.outcome() == node::Outcome::open;
    return decision.outcome() == node::Outcome::yes ||
           (open && (decision.voted_yes() || decision.running()));
  }

  bool same_fates(const Node& a, const Node& b) const {
    for (std::size_t c = 0; c < setting_.commands; ++c) {
      const auto of = [c](const Node& node) {
        return node.commands[c] == Fate::unknown ? Fate::failed : node.commands[c];
      };
      if (of(a) != of(b) || of(a) == Fate::waits) {
        return false;
      }
    }
    return true;
  }

  bool double_vote_at_a_current(const State& state) const {
    for (std::size_t k = 0; k < state.begun; ++k) {
      const bool known = state.nodes[0].decisions[k].votes().double_voters().contains(kP3) ||
                         state.nodes[1].decisions[k].votes().double_voters().contains(kP3);
      if (known && (state.nodes[0].serves == k + 1 || state.nodes[1].serves == k + 1)) {
        return true;
      }
    }
    return false;
  }

  static void take_command(Node& node, std::size_t c) {
    if (node.serves != 0) {
      node.commands[c] = Fate::failed;  // the id is somebody's
      return;
    }
    node.commands[c] = Fate::waits;
    if (node.record_of == 0 || node.commands[node.record_of - 1U] == Fate::failed) {
      node.record_of = static_cast<std::uint8_t>(c + 1);
    }
  }

  /// Would the node take part in a new session of this command?
  bool joins(const Node& node, std::size_t c) const {
    bool busy = false;
    for (const Machine& decision : node.decisions) {
      busy = busy || decision.running() || (Rules::one_open_vote && decision.is_open());
    }
    const bool record_fits = Rules::facts_with_session || node.record_of == c + 1;
    return node.commands[c] == Fate::waits && node.serves == 0 && !busy && record_fits &&
           !node.struck;
  }

  template <class Emit>
  void spread_command(const State& state, std::size_t c, Emit emit) const {
    for (std::size_t i = 0; i < 3; ++i) {
      const Fate fate = state.nodes[i].commands[c];
      if (Base::honest(i) && fate == Fate::unknown) {
        State next = state;
        take_command(next.nodes[i], c);
        emit(next, Step(Op::give_command, i, 0, c).packed(), false);
      }
      if (Base::honest(i) && fate == Fate::waits && may_expire(state, i, c)) {
        State next = state;
        Node& node = next.nodes[i];
        node.commands[c] = Fate::failed;
        const std::size_t other = 1 - c;
        if (node.commands[other] == Fate::waits) {
          node.record_of = static_cast<std::uint8_t>(other + 1);
        }
        emit(next, Step(Op::expire, i, 0, c).packed(), false);
      }
    }
  }

  static bool may_expire(const State& state, std::size_t i, std::size_t c) {
    bool open_vote = false;
    bool runs = false;
    for (std::size_t k = 0; k < state.begun; ++k) {
      if (state.command_of[k] == c + 1) {
        open_vote = open_vote || state.nodes[i].decisions[k].is_open();
        runs = runs || state.nodes[i].decisions[k].running();
      }
    }
    return node::may_expire<Rules>(open_vote, runs);
  }

  template <class Emit>
  void agree(const State& state, std::size_t c, Emit emit) const {
    if (state.begun == setting_.sessions) {
      return;
    }
    State next = state;
    const std::size_t k = next.begun++;
    next.command_of[k] = static_cast<std::uint8_t>(c + 1);
    for (std::size_t i = 0; i < 3; ++i) {
      if (Base::honest(i)) {
        if (!joins(state.nodes[i], c)) {
          return;
        }
        Base::begin(next, i, k);
      }
    }
    emit(next, Step(Op::agree, 0, 0, k, c).packed(), false);
  }

  template <class Emit>
  void join_singly(const State& state, std::size_t c, Emit emit) const {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t k = 0; k < setting_.sessions && k <= state.begun; ++k) {
        const bool of_command = k == state.begun || state.command_of[k] == c + 1;
        if (!Base::honest(i) || !of_command || !joins(state.nodes[i], c)) {
          continue;
        }
        State next = state;
        next.begun = static_cast<std::uint8_t>(std::max<std::size_t>(next.begun, k + 1));
        next.command_of[k] = static_cast<std::uint8_t>(c + 1);
        Base::begin(next, i, k);
        emit(next, Step(Op::join, i, 0, k, c).packed(), false);
      }
    }
  }
};

}  // namespace tercet::test
