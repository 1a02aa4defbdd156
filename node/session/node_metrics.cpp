#include "node/session/node_metrics.h"

namespace tercet::node {

NodeMetrics::NodeMetrics(Registry& registry)
    : batches_made(
          registry.counter("tercet_node_batches_made_total", "Verified batches of vectors")),
      batches_failed(
          registry.counter("tercet_node_batches_failed_total", "Batches that did not end well")),
      aborts_by_peers(registry.counter("tercet_node_peer_aborts_total",
                                       "Sessions that a peer aborted or ran under another id")),
      sessions_unknown(registry.counter("tercet_node_sessions_unknown_total",
                                        "Sessions that a peer ran and this node did not")),
      leases_opened(registry.counter("tercet_node_leases_opened_total", "Leases opened")),
      leases_ended(registry.counter("tercet_node_leases_ended_total", "Leases ended")),
      generations(
          registry.counter("tercet_node_generations_total", "Generations this process has begun")),
      keys_differ(registry.counter("tercet_node_keys_differ_total",
                                   "Keys whose components differ from a peer's copy")),
      peers_up(registry.gauge("tercet_node_peers_up", "Peer links that are up")),
      three_up(registry.gauge("tercet_node_three_up", "1 while all three nodes are linked")),
      leases(registry.gauge("tercet_node_leases", "Open leases")),
      vectors_in_stock(
          registry.gauge("tercet_node_vectors_in_stock", "One-hot vectors ready for use")),
      vectors_used(registry.counter("tercet_node_vectors_used_total", "One-hot vectors used")),
      stock_seconds(registry.gauge(
          "tercet_node_stock_seconds",
          "How long the vectors in stock last at the rate of the last minute; -1: none used")),
      slots_held(registry.gauge("tercet_node_slots_held", "Prepared slots")),
      audit_working(
          registry.gauge("tercet_node_audit_working", "1 while audit records can be written")),
      audit_records_lost(registry.gauge("tercet_node_audit_records_lost",
                                        "Records of the gap that is open; 0 while none is")),
      registry_(registry) {}

void NodeMetrics::count_operation(std::string_view operation,
                                  const Status& outcome,
                                  SteadyTime::duration took) {
  const Registry::Labels labels = {
      {"operation", std::string(operation)},
      {"outcome", outcome.ok() ? "released" : std::string(errc_name(outcome.error().code()))}};
  registry_.counter("tercet_node_operations_total", "Operations that were allowed", labels).add();
  if (outcome.ok()) {
    registry_
        .histogram("tercet_node_operation_seconds",
                   "From the request's arrival to its release",
                   {{"operation", std::string(operation)}})
        .observe(std::chrono::duration<double>(took).count());
  }
}

Gauge& NodeMetrics::peer_rtt_microseconds(unsigned peer) {
  return registry_.gauge("tercet_node_peer_rtt_microseconds",
                         "Round trip to a peer, of its heartbeats; -1 while there is none",
                         {{"peer", std::to_string(peer)}});
}

void NodeMetrics::count_refusal(std::string_view operation, Errc code) {
  registry_
      .counter("tercet_node_refusals_total",
               "Requests refused before anything was burnt",
               {{"operation", std::string(operation)}, {"code", std::string(errc_name(code))}})
      .add();
}

}  // namespace tercet::node
