#pragma once

#include <memory>
#include <optional>

#include "core/async/task.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "mpc/onehot/stock.h"
#include "mpc/session/agreement.h"
#include "mpc/session/party_context.h"
#include "node/link/session_mux.h"
#include "node/link/trio.h"
#include "node/session/session_host.h"

namespace tercet::node {

/// A session after its agreement: the channel bound to its sid, and this node's view of it.
class AgreedSession final : public JointSession {
 public:
  AgreedSession(Proposal proposal,
                std::unique_ptr<MuxChannel> channel,
                mpc::PairSecrets secrets,
                RandomSource& random,
                Contributions contributions);

  const SessionId& sid() const override { return channel_->sid(); }

  ByteView plan() const override { return proposal_.plan; }

  mpc::Party& party() override { return party_; }

  const Contributions& contributions() const override { return contributions_; }

  mpc::VectorRange take_vectors() override;

  void finish() override { channel_->finish(); }

  void abort(Errc reason) override { channel_->abort(reason); }

  const Proposal& proposal() const { return proposal_; }

  void give_vectors(mpc::VectorRange vectors) { vectors_.emplace(std::move(vectors)); }

 private:
  Proposal proposal_;
  std::unique_ptr<MuxChannel> channel_;
  mpc::Party party_;
  Contributions contributions_;
  std::optional<mpc::VectorRange> vectors_;
};

/// Runs agreements over the links of one multiplexer (protocol.md 2 "Agreement"). The nodes hold
/// the same proposal already, and each has judged its plan. Threads: the mux's executor.
class AgreementRunner {
 public:
  AgreementRunner(SessionMux& mux, const ClusterId& cluster, RandomSource& random)
      : mux_(&mux), cluster_(cluster), random_(&random) {}

  /// What the sid of a session covers, besides the nonces.
  static mpc::SessionIdentity identity(const ClusterId& cluster,
                                       const Proposal& proposal,
                                       const Trio& trio);

  /// NONCE and SID by `agreement_until`; the session's channel then lives until `session_until`.
  /// Errors: those of the channel; session_mismatch; already_exists (the same proposal runs).
  Task<Result<std::unique_ptr<AgreedSession>>> run(Proposal proposal,
                                                   Trio trio,
                                                   mpc::PairSecrets secrets,
                                                   Deadline agreement_until,
                                                   Deadline session_until);

 private:
  SessionMux* mux_;
  ClusterId cluster_;
  RandomSource* random_;
};

}  // namespace tercet::node
