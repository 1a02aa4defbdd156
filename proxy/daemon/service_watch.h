#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/log/line_caps.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/time/clock.h"
#include "proxy/coordinator/coordinator.h"
#include "proxy/coordinator/health_monitor.h"

namespace tercet::proxy {

/// Whether requests would be answered now, and if not, why: for /ping, the log and the nodes'
/// status. Judged by what requests meet: a lease, nodes that take part, health checks that succeed,
/// a machine that passes its own checks. The log says when service goes and comes back, and once a
/// minute in between. Threads: one executor. What it is given outlives it.
class ServiceWatch {
 public:
  ServiceWatch(const Coordinator& coordinator,
               const HealthMonitor& health,
               std::vector<std::string> node_ids,
               Registry& registry,
               const Clock& clock,
               Logger log);

  /// Call it twice a second.
  void tick();

  /// Nothing while requests are answered.
  const std::optional<std::string>& why_not() const { return why_not_; }

  /// A result did not pass a check of this machine's own.
  void own_check_failed() { own_check_failed_ = true; }

  /// One node alone refused a request: counted and told by node and reason.
  void note(const Dissent& dissent);
  /// What the nodes are told; the caller adds what only it knows.
  mpc::wire::ProxyStatus status() const;

 private:
  std::optional<std::string> judge() const;
  std::string why_checks_fail() const;
  void tell_change(const std::optional<std::string>& now);

  const Coordinator& coordinator_;
  const HealthMonitor& health_;
  std::vector<std::string> node_ids_;
  Registry& registry_;
  const Clock& clock_;
  Logger log_;
  CappedLog capped_;
  SteadyTime began_;
  std::optional<SteadyTime> linked_at_;  ///< last moment with a lease and three nodes
  std::optional<std::string> why_not_;
  SteadyTime lost_at_{};
  SteadyTime told_at_{};
  bool served_ = false;  ///< ever
  bool own_check_failed_ = false;
};

}  // namespace tercet::proxy
