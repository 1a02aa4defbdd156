#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/decision/decision_book.h"
#include "node/keymaking/key_plan.h"
#include "node/keymaking/made_epoch.h"
#include "node/keymaking/stored_decisions.h"
#include "node/policy/key_directory.h"

namespace tercet::node {

class NodeStore;

/// The decisions of one node about its keys, tied to its store and its links (docs/protocol.md 6
/// "Votes"): what the book decides becomes durable in NodeStore, and what it says goes to the
/// peers. Also finds out which nodes have the newest version of a rotated key.
///
/// Threads: the service's executor only.   Never waits.
class KeyDecisions : public DecisionExchange {
 public:
  /// What is open is said again so often.
  static constexpr Milliseconds kSayAgain{5000};

  /// Who is told what; all may be empty. Set before anything is decided.
  class Listener {
   public:
    Listener() = default;
    /// Over the link to the peer, if it stands.
    std::function<void(mpc::PartyIndex peer, Bytes said)> tell;
    /// A decision with this node's vote has ended, or a version is known to be at all nodes.
    std::function<void(const DecisionRecord& record)> ended;
    std::function<void(const KeyId& key)> at_all_nodes;
    /// Proof that the node is corrupt, or was restored from an old image: it signed YES and NO.
    std::function<void(mpc::PartyIndex node, const DecisionName& name)> voted_twice;
    /// A vote of this node came back that it does not have: its directory is an old one.
    std::function<void(mpc::PartyIndex from, const DecisionName& name)> own_vote_unknown;
  };

  Listener listener;

  /// May a session on these keys be joined? Not before this node has compared all with both peers:
  /// votes of before may come back. Errors: wrong_state, overloaded.
  virtual Status may_begin(const KeyId& key) const = 0;
  /// The session was agreed on: the first thing after that. Errors: those of may_begin;
  /// already_exists (this node refused the sid).
  virtual Status begin(const SessionId& sid, const KeyPlan& plan) = 0;
  /// The set is whole and its check has passed: set and YES durable in one transaction. Errors:
  /// wrong_state (nothing is stored then: break it off), storage_error.
  virtual Status vote_yes(const SessionId& sid, const MadeEpoch& made) = 0;
  /// The session has ended here, however; without a vote that is a NO.
  virtual void end_session(const SessionId& sid) = 0;
  /// Call every kSayAgain.
  virtual void say_again() = 0;

  /// May a command that is past its end be given up?
  virtual bool may_expire(const CommandId& command) const = 0;
  virtual std::vector<OpenDecision> report() const = 0;
};

/// Under `Rules`: FullLifeRules except in tests that take one rule out.
template <class Rules>
class BasicKeyDecisions final : public KeyDecisions {
 public:
  /// What is given outlives it. Call load() before anything else.
  BasicKeyDecisions(NodeStore& store,
                    const Electorate& electorate,
                    mpc::PartyIndex self,
                    const SigningKey& signing_key,
                    const Clock& clock);
  /// Errors: storage_error, storage_corrupt.
  Status load();

  Status may_begin(const KeyId& key) const override;
  Status begin(const SessionId& sid, const KeyPlan& plan) override;
  Status vote_yes(const SessionId& sid, const MadeEpoch& made) override;
  void end_session(const SessionId& sid) override;
  void say_again() override;

  bool may_expire(const CommandId& command) const override { return book_.may_expire(command); }

  std::vector<OpenDecision> report() const override { return book_.report(); }

  // DecisionExchange
  std::vector<Bytes> open_decisions() const override;

  bool concerns(const KeyId& key) const override { return book_.concerns(key); }

  void compared_with(mpc::PartyIndex peer) override;

  Status hear_decision(mpc::PartyIndex from, ByteView said) override;

 private:
  /// Sends and tells what a step of the book left to be done.
  void carry_out(const DecisionStep& step, const DecisionName& name);
  void note_current(mpc::PartyIndex at, const SessionId& sid);
  std::optional<DecisionNews> question_about(const SessionId& sid) const;
  /// Newest versions that may be missing at a peer, so many that `room` is not exceeded; others in
  /// the next round.
  std::vector<SessionId> to_ask_about(std::size_t room) const;

  NodeStore* store_;
  mpc::PartyIndex self_;
  MembershipNumber membership_;
  const Clock* clock_;
  StoredDecisions storage_;
  BasicDecisionBook<Rules> book_;

  struct Unsettled {
    KeyEpoch name;
    NodeSet current_at;  ///< peers that said so themselves
  };

  /// Newest versions of rotated keys that may be missing at a peer, by the session that made them.
  std::map<SessionId, Unsettled> unsettled_;
  SessionId asked_until_;  ///< in the last round
  NodeSet compared_;       ///< since the start
};

extern template class BasicKeyDecisions<FullLifeRules>;

/// Which nodes the open decision on a key waits for, for people; empty if none is open.
std::string waiting_detail(const KeyDecisions& decisions, const KeyId& key);

}  // namespace tercet::node
