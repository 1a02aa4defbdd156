#pragma once

#include <map>
#include <memory>

#include "core/async/task.h"
#include "core/async/turn_queue.h"
#include "node/session/agreement.h"
#include "node/session/node_context.h"
#include "node/session/session_host.h"

namespace tercet::node {

/// Sessions among the nodes over the request links: the nodes' own lease, and those of
/// administrators' commands with vectors from it (protocol.md 6, 10). P1 proposes.
/// Threads: the service's executor only.
class JointSessions final : public SessionHost {
 public:
  explicit JointSessions(NodeContext& context);

  /// Sessions that were joined and have not ended: a corrupt P1 may propose as many as it likes.
  static constexpr std::size_t kJoinsMax = 256;

  // SessionHost
  mpc::PartyIndex self() const override { return context_.options.self; }

  bool three_up() const override;
  void serve(SessionKind kind, SessionHandler& handler) override;
  Task<Result<std::unique_ptr<JointSession>>> propose(SessionKind kind,
                                                      Bytes plan,
                                                      std::uint32_t vector_count,
                                                      bool with_contributions,
                                                      Deadline until) override;

  /// A proposal frame from a peer.
  void on_proposal(mpc::PartyIndex from, Bytes raw);

  /// The nodes' own lease has another batch.
  void batch_came() { batches_came_.go_round(); }

  /// P1: opens the own lease where it is missing; call with every heartbeat.
  void tick();

  /// The nodes' own lease, or null.
  Lease* own_lease() const;

  // Tell the service of the nodes' own lease; set before the first link.
  std::function<void(Lease&)> on_lease;
  std::function<void(const LeaseId&)> on_lease_over;

 private:
  Task<void> open_own_lease();
  Task<void> join(Proposal proposal, Trio trio, mpc::PairSecrets secrets);
  /// P1 may be done with a batch before this node is.
  bool lacks_batch(const Proposal& proposal) const;
  Task<void> wait_for_batch(mpc::PartyIndex from, Proposal proposal);
  void judge(mpc::PartyIndex from, Result<Proposal> proposal);
  Status check_proposal(mpc::PartyIndex from, const Proposal& proposal) const;
  Result<std::unique_ptr<AgreedSession>> with_vectors(std::unique_ptr<AgreedSession> session);
  void adopt_own_lease(const SessionId& sid, const Trio& trio, mpc::PairSecrets secrets);
  mpc::PairSecrets secrets_now() const;

  /// One of them, for as long as it lives.
  class CountedJoin {
   public:
    explicit CountedJoin(std::size_t& count) : count_(count) { ++count_; }

    ~CountedJoin() { --count_; }

    CountedJoin(const CountedJoin&) = delete;
    CountedJoin& operator=(const CountedJoin&) = delete;

   private:
    std::size_t& count_;
  };

  NodeContext& context_;
  AgreementRunner runner_;
  std::map<SessionKind, SessionHandler*> handlers_;
  std::size_t joins_ = 0;
  TurnQueue batches_came_;
  bool opening_ = false;
  SteadyTime retry_after_{};
};

}  // namespace tercet::node
