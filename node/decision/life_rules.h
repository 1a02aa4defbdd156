#pragma once

namespace tercet::node {

/// The rules of the life of a key as compile-time switches (docs/key-lifecycle.md tells what
/// happens without each). Products instantiate FullLifeRules only; a test derives from it and hides
/// one member to show that the trace is then found (see mpc::FullDefences).
///
/// Three rules have no switch, since nothing is left to switch back to. What is told of decisions
/// grows with the open votes, not with the keys (DigestExchangeTest.WhatIsEqualEndsWithTheRoots);
/// epochs are named by the sid of their session, not counted, and what is in memory is compared
/// with the record by that name (Registry.TakesANewEpochOfTheVersionInsteadOfTheOldOne).
struct FullLifeRules {
  // votes and decisions
  static constexpr bool one_open_vote = true;      ///< a key; a refresh: the cluster
  static constexpr bool vote_last = true;          ///< the key check passed before the YES
  static constexpr bool no_follows_no = true;      ///< after a YES only on a peer's NO
  static constexpr bool no_binds = true;           ///< never current after an own NO
  static constexpr bool three_no_to_drop = true;   ///< what was voted for
  static constexpr bool double_vote_frees = true;  ///< of an own NO, if the other peer is current
  static constexpr bool finished_answer = true;    ///< certificates are kept and passed on
  static constexpr bool no_expiry_over_open_vote = true;
  // a directory that was set back
  static constexpr bool compare_before_votes = true;  ///< with both peers, after each start
  static constexpr bool lost_yes_stands = true;  ///< no first-hand NO after a YES that came back
  // blocks and permits
  static constexpr bool blocks_lifted_by_name = true;
  static constexpr bool two_receipts = true;
  static constexpr bool keep_unknown_blocks = true;
  // asked by models only (tests/property/node), or by decisions that no node begins yet
  static constexpr bool facts_with_session = true;   ///< an epoch has its own command's facts
  static constexpr bool three_done = true;           ///< before the old shares go
  static constexpr bool settle_by_state = true;      ///< after a strike
  static constexpr bool no_late_certificate = true;  ///< after an own STATE
  static constexpr bool votes_bound_to_membership = true;
  static constexpr bool destruction_is_voted = true;
  static constexpr bool equal_lists = true;  ///< in the plan of a refresh
};

}  // namespace tercet::node
