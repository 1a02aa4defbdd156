#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "core/async/task_group.h"
#include "core/log/line_caps.h"
#include "core/log/log.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "core/time/executor_clock.h"
#include "core/time/rate_cap.h"
#include "mpc/engine/joint_engine.h"
#include "mpc/prf/pair_secret.h"
#include "node/generation/generation.h"
#include "node/link/peer_hub.h"
#include "node/policy/audit_trail.h"
#include "node/policy/authoriser.h"
#include "node/session/node_metrics.h"
#include "node/session/service_options.h"

namespace tercet::node {

/// What the parts of a NodeService share. Made and owned by the service; the parts hold references.
/// Threads: the service's executor only.
class NodeContext {
 public:
  NodeContext(asio::any_io_executor service_executor,
              const NodeServiceOptions& service_options,
              KeyDirectory& directory,
              Authoriser& request_authoriser,
              AuditTrail& audit_trail,
              NodeMetrics& node_metrics,
              Logger logger,
              RandomSource& random_source,
              const WallClock& wall_clock,
              const mpc::JointEngine& joint_engine)
      : executor(service_executor),
        monotonic(clock_of(service_executor)),
        options(service_options),
        keys(directory),
        authoriser(request_authoriser),
        audit(audit_trail),
        metrics(node_metrics),
        log(std::move(logger)),
        capped(log, monotonic),
        random(random_source),
        clock(wall_clock),
        engine(joint_engine),
        lease_proposals(service_options.lease_proposals_per_proxy_second, kLeaseProposalBurst),
        tasks(service_executor) {}

  asio::any_io_executor executor;
  const Clock& monotonic;  ///< of the executor
  NodeServiceOptions options;
  KeyDirectory& keys;
  Authoriser& authoriser;
  AuditTrail& audit;
  NodeMetrics& metrics;
  Logger log;
  CappedLog capped;  ///< what a peer or proxy can cause
  RandomSource& random;
  const WallClock& clock;
  const mpc::JointEngine& engine;
  RateCaps lease_proposals;  ///< by proxy
  TaskGroup tasks;
  std::unique_ptr<PeerHub> hub;
  std::unique_ptr<Generation> generation;
  bool stopping = false;
  std::function<void()> on_burnt;  ///< vectors were: new ones may be wanted

  /// Burns vectors of a lease, and counts them as used. Errors: Lease::burn_vectors'.
  Result<mpc::VectorRange> burn_vectors(Lease& lease,
                                        const BatchId& batch,
                                        std::uint32_t first,
                                        std::uint32_t count) {
    TERCET_TRY(mpc::VectorRange burnt, lease.burn_vectors(batch, first, count));
    metrics.vectors_used.add(count);
    if (on_burnt) {
      on_burnt();
    }
    return burnt;
  }

  /// Counts a session begun by this generation, and tells the peers its id with the next heartbeat.
  void count_session(const SessionId& sid) {
    generation->count_session();
    hub->set_session_count(generation->session_count());
    hub->note_ran(sid);
  }

 private:
  static constexpr double kLeaseProposalBurst = 20;
};

}  // namespace tercet::node
