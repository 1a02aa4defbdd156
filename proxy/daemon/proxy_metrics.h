#pragma once

#include "core/metrics/metrics.h"
#include "core/time/clock.h"
#include "proxy/coordinator/coordinator.h"
#include "proxy/coordinator/health_monitor.h"

namespace tercet::proxy {

/// Registers the figures of coordinator and health, read when the text is made (XKS reference,
/// section 21). `registry` is read on the executor of the others, which outlive it.
void register_proxy_metrics(Registry& registry,
                            const Coordinator& coordinator,
                            const HealthMonitor& health,
                            const std::vector<std::string>& node_ids);

}  // namespace tercet::proxy
