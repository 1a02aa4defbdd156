#include "proxy/daemon/port_watch.h"

#include <malloc.h>

#include <algorithm>
#include <utility>

namespace tercet::proxy {
namespace {

constexpr std::chrono::minutes kBetweenWarnings{1};
/// So many connections fewer than at the last peak: some ten MiB.
constexpr std::size_t kManyEnded = 512;

void register_metrics(Registry& registry, HttpServer& server) {
  registry.gauge_function(
      "tercet_proxy_connections_open", "Connections to the XKS port", {}, [&server] {
        return static_cast<double>(server.open_connections());
      });
  const auto count = [&](std::string_view name, std::string_view help, auto member) {
    registry.counter_function(
        name, help, {}, [&server, member] { return server.listener().counts().*member; });
  };
  count("tercet_proxy_connections_accepted_total",
        "Connections taken on the XKS port",
        &ListenerCounts::accepted);
  count("tercet_proxy_connections_cut_for_room_total",
        "Connections that waited and were cut off for a new one, since limits.connections_max were "
        "open",
        &ListenerCounts::made_room);
  count("tercet_proxy_connections_refused_full_total",
        "Connections refused since limits.connections_max were open and all of them at work",
        &ListenerCounts::refused_full);
  count("tercet_proxy_connections_refused_crowded_total",
        "Connections refused since limits.connections_per_address_max of that address were open",
        &ListenerCounts::refused_crowded);
  count("tercet_proxy_handshakes_failed_total",
        "TLS handshakes that failed, or did not end in time",
        &ListenerCounts::handshakes_failed);
  registry.counter_function("tercet_proxy_connections_silent_total",
                            "Connections closed since no request came within 10 s",
                            {},
                            [&server] { return server.counts().silent; });
}

}  // namespace

PortWatch::PortWatch(HttpServer& server,
                     std::size_t connections_max,
                     Registry& registry,
                     const Clock& clock,
                     Logger log)
    : server_(server), connections_max_(connections_max), clock_(clock), log_(std::move(log)) {
  register_metrics(registry, server);
}

void PortWatch::tick() {
  warn_if_crowded();
  give_memory_back();
}

PortWatch::Crowding PortWatch::crowding() const {
  const ListenerCounts& counts = server_.listener().counts();
  Crowding now;
  now.made_room = counts.made_room;
  now.refused = counts.refused_full + counts.refused_crowded;
  now.silent = server_.counts().silent;
  return now;
}

void PortWatch::warn_if_crowded() {
  const Crowding now = crowding();
  const bool news = now.made_room > told_.made_room || now.refused > told_.refused;
  if (!news || (told_at_ && clock_.now() - *told_at_ < kBetweenWarnings)) {
    return;
  }
  log_.warn("connections_crowded",
            field("open", server_.open_connections()),
            field("connections_max", connections_max_),
            field("cut_for_room", now.made_room - told_.made_room),
            field("refused", now.refused - told_.refused),
            field("silent", now.silent - told_.silent),
            field("hint",
                  "who connects? let only KMS, or its load balancer, reach the XKS port; docs/"
                  "operations.md"));
  told_ = now;
  told_at_ = clock_.now();
}

void PortWatch::give_memory_back() {
  const std::size_t open = server_.open_connections();
  most_open_ = std::max(most_open_, open);
  if (most_open_ - open >= kManyEnded) {
    ::malloc_trim(0);
    most_open_ = open;
  }
}

}  // namespace tercet::proxy
