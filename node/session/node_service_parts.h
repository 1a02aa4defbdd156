#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/time/pace.h"
#include "node/generation/use_rate.h"
#include "node/session/batch_works.h"
#include "node/session/joint_sessions.h"
#include "node/session/node_context.h"
#include "node/session/node_metrics.h"
#include "node/session/node_service.h"
#include "node/session/proxy_link.h"
#include "node/session/request_runner.h"

/// What a NodeService consists of. Only its own source files include this: node_service.cpp (life,
/// links, leases), node_stock.cpp (vectors ahead of need), node_report.cpp (what operators see).
namespace tercet::node {

/// The parts, in the order they are built.
class NodeService::Impl {
 public:
  Impl(const NodeServiceOptions& options, const Parts& parts)
      : metrics(*parts.metrics),
        context(parts.executor,
                options,
                *parts.keys,
                *parts.authoriser,
                *parts.audit,
                metrics,
                parts.log,
                *parts.random,
                *parts.clock,
                *parts.engine) {}

  NodeMetrics metrics;
  NodeContext context;
  std::unique_ptr<AgreementRunner> agreements;
  std::unique_ptr<JointSessions> joint;
  std::unique_ptr<RequestRunner> runner;
  std::shared_ptr<BatchWorks> works;
  /// Dies with the service: what the bulk thread posts back looks at it first.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  std::map<std::string, std::shared_ptr<ProxyLink>> proxies;
  std::map<LeaseId, unsigned> ordered;
  bool stock_low = false;
  UseRate use_rate;          ///< of vectors
  bool audit_worked = true;  ///< at the last heartbeat
  SteadyTime order_after{};
  Pace batch_pace;
  unsigned orders_failed = 0;  ///< in a row
  SteadyTime started = context.monotonic.now();
};

}  // namespace tercet::node
