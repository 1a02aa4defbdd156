#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "node/decision/decision.h"
#include "node/decision/decision_record.h"
#include "node/decision/news.h"
#include "node/decision/refused_sids.h"

namespace tercet::node {

/// What a call to the book leaves to be done. All of it is durable already where it must be.
class DecisionStep {
 public:
  class Outgoing {
   public:
    Outgoing(mpc::PartyIndex to_whom, DecisionNews what) : to(to_whom), news(std::move(what)) {}

    mpc::PartyIndex to;
    DecisionNews news;
  };

  DecisionStep() = default;

  std::vector<Outgoing> to_send;
  /// Decisions whose outcome was written in this step: memory follows the record now.
  std::vector<DecisionRecord> ended;
  /// Newly proven to have voted YES and NO at first hand: alarm.
  NodeSet double_voters;
  /// A vote of this node came back that it does not remember: its directory was rolled back.
  bool own_vote_unknown = false;
};

/// An open decision as `tercet status` shows it.
class OpenDecision {
 public:
  OpenDecision() = default;

  DecisionName name;
  std::vector<DecidedKey> keys;
  bool running = false;    ///< its session runs here, no vote yet
  bool ending_no = false;  ///< this node has said NO
  NodeSet waits_for;
  NodeSet double_voters;
  SteadyTime since{};                              ///< begun here, or loaded
  std::array<std::optional<SteadyTime>, 3> heard;  ///< when P1, P2, P3 last spoke of it
};

/// At most so many decisions are open or under way at a node; more are not begun.
inline constexpr std::size_t kOpenDecisionsMax = 64;

/// The decisions of one node: the machine of each (decision.h), their signatures, the rule of one
/// open vote, and what is said of them. Whatever must be durable is written by `DecisionStorage` in
/// one transaction before a call returns; if it fails the call errs and nothing has changed.
///
/// Source: docs/key-lifecycle.md. Errors of all calls that write: storage_error.
/// Threads: the service's executor only. Hops: none waits; a decision ends one hop after the third
/// vote.
template <class Rules>
class BasicDecisionBook {
 public:
  /// All outlive the book.
  BasicDecisionBook(const Electorate& electorate,
                    mpc::PartyIndex self,
                    const SigningKey& key,
                    DecisionStorage& storage);

  /// What was open when the process ended. Call once, before anything else.
  Status load(SteadyTime now);

  /// Asked before a session is proposed or joined. Errors: wrong_state (a decision on one of these
  /// keys, or the refresh, is open or runs), overloaded (too many are open).
  Status may_begin(DecisionKind kind, std::span<const KeyId> keys) const;

  /// The session was agreed on and runs here now. The first thing after the agreement: a sid that
  /// was refused meanwhile must not run. Errors: those of may_begin; already_exists (the sid).
  Status begin(const DecisionName& name, std::vector<DecidedKey> keys, SteadyTime now);

  /// The key check passed: YES, with what `write_set` writes in the same transaction. Errors:
  /// wrong_state (another vote is open meanwhile, a peer said NO, or `command_waits` is false):
  /// break it off then.
  Result<DecisionStep> vote_yes(const SessionId& sid,
                                bool command_waits,
                                const std::function<Status()>& write_set);

  /// The session ended here without this node's vote: NO. Nothing if it voted, or is unknown.
  Result<DecisionStep> break_off(const SessionId& sid, SteadyTime now);

  /// A peer's news, decoded only. Errors: wrong_state (another membership), not_authenticated (a
  /// vote that nobody signed), peer_malformed.
  Result<DecisionStep> hear(mpc::PartyIndex from, const DecisionNews& news, SteadyTime now);

  /// While it may not, it says no NO to what it does not know: it may have voted YES before its
  /// disk was set back.
  void let_refuse(bool may) { may_refuse_ = may; }

  /// To be told to a peer when its link comes up, and again every 5 s while there is any.
  std::vector<DecisionNews> open_news() const;

  /// May a command that is past its end be given up? Not while its session runs or a vote for it is
  /// open.
  bool may_expire(const CommandId& command) const;

  /// Is a decision about the key open here, or does a session of one run?
  bool concerns(const KeyId& key) const;

  std::vector<OpenDecision> report() const;

 private:
  using Machine = BasicDecision<Rules>;

  class Entry {
   public:
    Entry(DecisionRecord with_record, Machine with_machine, SteadyTime from)
        : record(std::move(with_record)), machine(with_machine), since(from) {}

    DecisionRecord record;  ///< all votes known are in it
    Machine machine;
    SteadyTime since;
    std::array<std::optional<SteadyTime>, 3> heard;
  };

  bool stands_in_the_way(const Entry& entry, DecisionKind kind, std::span<const KeyId> keys) const;
  bool other_vote_open(const Entry& but) const;
  Status check_votes(const DecisionNews& news, const std::vector<Vote>& known) const;
  Result<DecisionStep> hear_unknown(mpc::PartyIndex from, const DecisionNews& news, SteadyTime now);
  Result<DecisionStep> refuse_unknown(mpc::PartyIndex from,
                                      const DecisionNews& news,
                                      SteadyTime now);
  /// This node's NO to a session that it does not know; nothing if it may say none.
  std::optional<Vote> no_to_unknown(const DecisionNews& news) const;
  Result<DecisionStep> apply(Entry after,
                             const Effects& effects,
                             const std::function<Status()>& write_set);
  void sign_own_votes(Entry& entry) const;
  Status write(const Entry& entry,
               const Effects& effects,
               const std::function<Status()>& write_set);
  DecisionNews news_of(const Entry& entry) const;

  Electorate electorate_;
  mpc::PartyIndex self_;
  const SigningKey* key_;
  DecisionStorage* storage_;
  std::map<SessionId, Entry> entries_;  ///< running or open
  RefusedSids refused_;
  bool may_refuse_ = true;
};

using DecisionBook = BasicDecisionBook<FullLifeRules>;
extern template class BasicDecisionBook<FullLifeRules>;

}  // namespace tercet::node
