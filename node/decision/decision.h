#pragma once

#include <cstdint>

#include "node/decision/life_rules.h"
#include "node/decision/node_set.h"
#include "node/decision/vote.h"

/// One joint decision at one node, as a pure state machine (docs/key-lifecycle.md 1).
namespace tercet::node {

/// Which nodes cast which vote, as far as one node knows.
struct VoteSets {
  NodeSet yes;
  NodeSet first_hand_no;
  NodeSet following_no;
  NodeSet done;

  constexpr NodeSet no() const { return first_hand_no | following_no; }

  /// Proof that these nodes are corrupt, or were restored from an old image.
  constexpr NodeSet double_voters() const { return yes & first_hand_no; }

  void add(mpc::PartyIndex node, VoteForm form);
  bool has(mpc::PartyIndex node, VoteForm form) const;
  bool operator==(const VoteSets&) const = default;
};

/// How a decision ended at a node. `yes`: what was made is current here (a destruction: the shares
/// are overwritten). `no`: what was made is dropped here (a destruction: the key stays).
enum class Outcome : std::uint8_t { open = 0, yes = 1, no = 2 };

/// What a node says of a decision besides its votes.
enum class Stand : std::uint8_t {
  none = 0,     ///< nothing of it is here (any more): nothing but a NO is to be had
  running = 1,  ///< its session runs here; no vote yet
  open = 2,     ///< voted YES, not ended
  yes = 3,
  no = 4,
};

/// What this node fixed, or heard from its remaining peer, when a member was struck.
enum class SettledState : std::uint8_t { unsaid = 0, current = 1, not_current = 2 };

/// What a step asks of the node: first all that is durable, in ONE transaction, then the news.
struct Effects {
  // durable
  bool write = false;         ///< the votes and the outcome changed
  bool make_current = false;  ///< destroy: overwrite the shares
  bool drop_set = false;      ///< what the session made goes
  bool destroy_old = false;   ///< refresh: old shares, old generation, rho
  // then
  bool tell_peers = false;  ///< votes, stand and STATE to both
  /// A vote of this node came back that it does not know: its directory is older than what it said.
  bool own_vote_unknown = false;
};

/// What must hold besides for a YES.
struct VoteConditions {
  bool other_vote_open = false;  ///< on this key (refresh: on any)
  bool command_waits = true;     ///< destroy: no undelete is in force here
};

/// The rows of the table in docs/key-lifecycle.md 1. Every method is one event; it changes the
/// state and says what must become durable and be said. Knows no signatures, clock or disk: whoever
/// drives it verifies votes before, signs what `votes()` newly has of this node, and keeps the
/// state only if the transaction succeeded (the object is a small value: step a copy).
///
/// Threads: a value. What a restart leaves: `restart()`.
template <class Rules>
class BasicDecision {
 public:
  BasicDecision() = default;

  BasicDecision(DecisionKind kind, mpc::PartyIndex self) : kind_(kind), self_(self) {}

  /// A session of it runs here now (destroy: the waiting period does).
  void begin();
  /// The key check passed, all of the set can become durable.
  Effects pass_check();
  /// Votes YES if nothing stands against it: the set and the vote become durable together.
  Effects vote_yes(const VoteConditions& conditions);
  /// The session broke off, was aborted or ended without a vote.
  Effects end_session();
  /// Asked about it while nothing runs here (destroy: an undelete is in force). A NO if this node
  /// never voted YES.
  Effects refuse();
  /// Votes that were verified, with the causes of following NOs.
  Effects hear(const VoteSets& votes);
  /// The peer itself said so, over its own link.
  Effects hear_stand(mpc::PartyIndex peer, Stand stand);

  /// A member was struck: the session ends, votes count no longer, STATE does.
  Effects strike(mpc::PartyIndex member);
  /// The remaining peer's STATE; `current` comes with the three YES (checked before).
  Effects hear_state(SettledState state);

  /// What is left when the process ends: votes and outcome as they were written.
  Effects restart();
  /// A decision as the store has it.
  void restore(const VoteSets& votes, Outcome outcome, bool finished);

  DecisionKind kind() const { return kind_; }

  mpc::PartyIndex self() const { return self_; }

  const VoteSets& votes() const { return votes_; }

  Outcome outcome() const { return outcome_; }

  bool running() const { return running_; }

  /// The key check passed here.
  bool checked() const { return checked_; }

  /// Refresh: the old epoch is gone, too.
  bool finished() const { return finished_; }

  bool voted_yes() const { return votes_.yes.contains(self_); }

  bool voted_no() const { return votes_.no().contains(self_); }

  /// An own YES that has not ended: of a refresh, until the old epoch is gone.
  bool is_open() const;

  SettledState own_state() const { return own_state_; }

  Stand stand() const;

  /// False: nothing is said of it, even when asked.
  bool answers() const { return Rules::finished_answer || outcome_ == Outcome::open; }

  /// Whose word a decision still waits for.
  NodeSet waits_for() const;

  bool operator==(const BasicDecision&) const = default;

 private:
  Effects settle(Effects effects);
  void settle_by_votes(Effects& effects);
  void settle_by_state(Effects& effects);
  void finish_refresh(Effects& effects);
  void become_current(Effects& effects);
  void drop(Effects& effects);
  bool may_follow() const;
  bool freed_by_double_vote() const;
  bool three_done() const;

  DecisionKind kind_ = DecisionKind::make;
  mpc::PartyIndex self_ = mpc::PartyIndex::p1;
  VoteSets votes_;
  Outcome outcome_ = Outcome::open;
  bool finished_ = false;
  bool checked_ = false;
  // not durable
  bool running_ = false;
  NodeSet current_at_;  ///< peers that said so themselves
  // after a strike; own_state_ is durable
  NodeSet struck_;
  SettledState own_state_ = SettledState::unsaid;
  SettledState peer_state_ = SettledState::unsaid;
};

using Decision = BasicDecision<FullLifeRules>;
extern template class BasicDecision<FullLifeRules>;

}  // namespace tercet::node
