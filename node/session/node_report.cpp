// What operators see of a node: gauges and the status report.

#include <algorithm>
#include <cmath>
#include <utility>

#include "node/session/node_service_parts.h"

namespace tercet::node {
namespace {

/// A Decrypt that no node remembers takes 13 messages between nodes one after the other, each half
/// a round trip; of the 200 ms of a request some are needed for everything else.
constexpr std::chrono::microseconds kRoundTripMax{28'000};
constexpr double kSecondsShownMax = 1e9;  ///< thirty years of stock

}  // namespace

void NodeService::set_gauges() {
  const NodeContext& context = impl_->context;
  NodeMetrics& metrics = impl_->metrics;
  std::int64_t vectors = 0;
  std::int64_t slots = 0;
  if (context.generation) {
    for (const auto& [id, lease] : context.generation->leases()) {
      vectors += static_cast<std::int64_t>(lease->vectors_left());
      slots += static_cast<std::int64_t>(lease->slots().held());
    }
    metrics.leases.set(static_cast<std::int64_t>(context.generation->leases().size()));
  }
  metrics.vectors_in_stock.set(vectors);
  const auto lasts = impl_->use_rate.lasts(static_cast<std::uint64_t>(vectors));
  metrics.stock_seconds.set(lasts ? std::llround(std::min(lasts->count(), kSecondsShownMax)) : -1);
  metrics.slots_held.set(slots);
  metrics.audit_working.set(context.audit.working() ? 1 : 0);
  metrics.audit_records_lost.set(static_cast<std::int64_t>(context.audit.lost()));
  const mpc::PartyIndex self = context.options.self;
  metrics.peers_up.set((context.hub->link_up(mpc::next(self)) ? 1 : 0) +
                       (context.hub->link_up(mpc::previous(self)) ? 1 : 0));
  for (const mpc::PartyIndex peer : {mpc::next(self), mpc::previous(self)}) {
    const auto round_trip = context.hub->round_trip(peer);
    metrics.peer_rtt_microseconds(number(peer)).set(round_trip ? round_trip->count() : -1);
  }
  metrics.three_up.set(context.hub->trio() ? 1 : 0);
}

NodeReport NodeService::report() const {
  const NodeContext& context = impl_->context;
  NodeReport report;
  report.node = context.options.node_id;
  report.detail = health_detail();
  report.health = report.detail == "serving" ? "active" : "unavailable";
  report.generation = context.generation->id().hex();
  const SteadyTime now = context.monotonic.now();
  report.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(now - impl_->started).count();
  report.wall_milliseconds = context.clock.now_milliseconds();
  for (const mpc::PartyIndex peer :
       {mpc::next(context.options.self), mpc::previous(context.options.self)}) {
    NodeReport::Link link;
    link.peer = "node-" + std::to_string(number(peer));
    link.up = context.hub->link_up(peer);
    if (const auto round_trip = context.hub->round_trip(peer); round_trip) {
      link.rtt_us = round_trip->count();
      if (*round_trip > kRoundTripMax) {
        report.warnings.push_back(
            link.peer +
            " is so far away that a Decrypt which no node remembers takes longer than "
            "KMS waits, and fails (503): move one of the two, docs/wide-area.md");
      }
    }
    report.peers.push_back(std::move(link));
  }
  for (const auto& [name, proxy] : impl_->proxies) {
    NodeReport::Proxy seen;
    seen.name = name;
    seen.up = proxy->open();
    seen.said = proxy->status();
    report.proxies.push_back(std::move(seen));
    if (!proxy->xks_access_stated()) {
      report.warnings.push_back(name + " does not say how nodes are kept from its XKS port: set " +
                                "xks_access in its configuration");
    }
  }
  for (const auto& [id, lease] : context.generation->leases()) {
    report.vectors_in_stock += lease->vectors_left();
  }
  report.stock_lasts = impl_->use_rate.lasts(report.vectors_in_stock);
  report.leases = context.generation->leases().size();
  return report;
}

}  // namespace tercet::node
