#include "proxy/daemon/proxy_metrics.h"

namespace tercet::proxy {
namespace {

void register_figure(Registry& registry,
                     const Coordinator& coordinator,
                     std::string_view name,
                     std::string_view help,
                     std::uint64_t CoordinatorFigures::*member) {
  registry.gauge_function(name, help, {}, [&coordinator, member] {
    return static_cast<double>(coordinator.figures().*member);
  });
}

double state_value(xks::HealthStatus state) {
  switch (state) {
    case xks::HealthStatus::active:
      return 2;
    case xks::HealthStatus::degraded:
      return 1;
    case xks::HealthStatus::unavailable:
      break;
  }
  return 0;
}

}  // namespace

void register_proxy_metrics(Registry& registry,
                            const Coordinator& coordinator,
                            const HealthMonitor& health,
                            const std::vector<std::string>& node_ids) {
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    const Registry::Labels labels = {{"node", node_ids[mpc::number(node) - 1U]}};
    registry.gauge_function(
        "tercet_proxy_node_state", "2 active, 1 degraded, 0 unavailable", labels, [&health, node] {
          return state_value(health.node_state(node));
        });
    registry.gauge_function(
        "tercet_proxy_node_linked",
        "1 while the link to the node stands",
        labels,
        [&coordinator, node] { return coordinator.view(node).linked ? 1.0 : 0.0; });
  }
  registry.gauge_function(
      "tercet_proxy_lease_open", "1 while there is a lease", {}, [&coordinator] {
        return coordinator.has_lease() ? 1.0 : 0.0;
      });
  registry.gauge_function("tercet_proxy_stock_vectors",
                          "One-hot vectors in batches that all three nodes have",
                          {},
                          [&coordinator] { return static_cast<double>(coordinator.stock()); });
  registry.gauge_function(
      "tercet_proxy_slots_ready", "Slots made ahead of need, of all keys", {}, [&coordinator] {
        return static_cast<double>(coordinator.slots_ready());
      });
  registry.gauge_function(
      "tercet_proxy_health_check_age_seconds",
      "Since the last health check that succeeded; -1 before the first",
      {},
      [&health] { return static_cast<double>(health.seconds_since_success().value_or(-1)); });
  registry.gauge_function(
      "tercet_proxy_cold_decrypt_seconds",
      "How long the fastest of the last health checks' Decrypts took",
      {},
      [&health] { return std::chrono::duration<double>(health.cold_decrypt()).count(); });
  using Figures = CoordinatorFigures;
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_leases_opened",
                  "Leases opened since the start",
                  &Figures::leases_opened);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_leases_failed",
                  "Leases that could not be opened",
                  &Figures::leases_failed);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_signatures_refused",
                  "Signatures that two nodes refused",
                  &Figures::signatures_refused);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_nodes_disagreed",
                  "Requests on which no two nodes agreed",
                  &Figures::nodes_disagreed);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_releases_tampered",
                  "Releases that did not pass the comparison",
                  &Figures::releases_tampered);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_self_checks_failed",
                  "Results that did not pass this machine's own check",
                  &Figures::self_check_failed);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_plans_refused",
                  "Plans below a node's mark",
                  &Figures::plans_refused);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_encrypts_prepared",
                  "Encrypts over a slot made ahead",
                  &Figures::encrypts_prepared);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_encrypts_on_the_spot",
                  "Encrypts whose slot was made on the spot",
                  &Figures::encrypts_on_the_spot);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_encrypts_waited",
                  "Encrypts that waited for a slot: none can be made in a request's time",
                  &Figures::encrypts_waited);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_plans_waited",
                  "Requests that waited for vectors",
                  &Figures::plans_waited);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_decrypts_remembered",
                  "Decrypts with keystream that the nodes remembered",
                  &Figures::decrypts_remembered);
  register_figure(registry,
                  coordinator,
                  "tercet_proxy_decrypts_cold",
                  "Decrypts computed in full",
                  &Figures::decrypts_cold);
}

}  // namespace tercet::proxy
