#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/metrics/metrics.h"
#include "core/time/clock.h"

namespace tercet::node {

/// The node service's metrics, under fixed names (configs/alerts names them). Label values are
/// operations and error codes only.
class NodeMetrics {
 public:
  explicit NodeMetrics(Registry& registry);

  /// `took` is the time since the request arrived.
  void count_operation(std::string_view operation,
                       const Status& outcome,
                       SteadyTime::duration took);
  /// The round trip to a peer; -1 while there is none.
  Gauge& peer_rtt_microseconds(unsigned peer);
  void count_refusal(std::string_view operation, Errc code);

  Counter& batches_made;
  Counter& batches_failed;
  Counter& aborts_by_peers;
  Counter& sessions_unknown;
  Counter& leases_opened;
  Counter& leases_ended;
  Counter& generations;
  Counter& keys_differ;
  Gauge& peers_up;
  Gauge& three_up;
  Gauge& leases;
  Gauge& vectors_in_stock;
  Counter& vectors_used;
  Gauge& stock_seconds;
  Gauge& slots_held;
  Gauge& audit_working;
  Gauge& audit_records_lost;

 private:
  Registry& registry_;
};

}  // namespace tercet::node
