#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/log/line_caps.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/time/clock.h"
#include "mpc/wire/proxy_messages.h"
#include "proxy/coordinator/disagreement.h"

namespace tercet::proxy {

/// What tells whether requests would be answered.
class ServiceSigns {
 public:
  ServiceSigns() = default;
  bool has_lease = false;
  std::vector<std::string> absent;  ///< ids of nodes that take no part
  /// Since the last health check that succeeded; nothing before the first.
  std::optional<std::int64_t> seconds_since_success;
  std::optional<Errc> last_error;  ///< of the last health check, if that failed
  bool own_check_failed = false;   ///< a result did not pass a check of this machine's, ever
  bool cold_decrypts_too_slow = false;
};

/// Whether requests would be answered now, and if not, why: for /ping, the log and the nodes'
/// status. Judged by what requests meet: a lease, nodes that take part, health checks that succeed,
/// a machine that passes its own checks. The log says when service goes and comes back, and once a
/// minute in between. Threads: one executor. The registry and the clock outlive it.
class ServiceWatch {
 public:
  ServiceWatch(std::vector<std::string> node_ids,
               Registry& registry,
               const Clock& clock,
               Logger log);

  /// Call it twice a second.
  void tick(ServiceSigns signs);

  /// Nothing while requests are answered.
  const std::optional<std::string>& why_not() const { return why_not_; }

  /// One node alone refused a request: counted and told by node and reason.
  void note(const Dissent& dissent);
  /// What the nodes are told; the caller adds what only it knows.
  mpc::wire::ProxyStatus status() const;

 private:
  std::optional<std::string> judge() const;
  std::string why_checks_fail() const;
  void tell_change(const std::optional<std::string>& now);

  std::vector<std::string> node_ids_;
  ServiceSigns signs_;
  Registry& registry_;
  const Clock& clock_;
  Logger log_;
  CappedLog capped_;
  SteadyTime began_;
  std::optional<SteadyTime> linked_at_;  ///< last moment with a lease and three nodes
  std::optional<std::string> why_not_;
  SteadyTime lost_at_{};
  SteadyTime told_at_{};
  bool served_ = false;             ///< ever
  std::optional<Dissent> dissent_;  ///< the last, and when
  SteadyTime dissent_at_{};
};

}  // namespace tercet::proxy
