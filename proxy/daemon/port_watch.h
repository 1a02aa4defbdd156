#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/http/http_server.h"
#include "core/log/log.h"
#include "core/metrics/metrics.h"
#include "core/time/clock.h"

namespace tercet::proxy {

/// How crowded the XKS port is: in metrics, and in the log while connections are turned away or cut
/// off for want of room, once a minute at most. Gives the memory of many connections that have
/// ended back to the system. Threads: one executor. The server and the registry outlive it.
class PortWatch {
 public:
  PortWatch(HttpServer& server,
            std::size_t connections_max,
            Registry& registry,
            const Clock& clock,
            Logger log);

  /// Call it every second or so.
  void tick();

 private:
  /// What strangers and load have cost since the start.
  struct Crowding {
    std::uint64_t made_room = 0;
    std::uint64_t refused = 0;
    std::uint64_t silent = 0;
  };

  Crowding crowding() const;
  void warn_if_crowded();
  void give_memory_back();

  HttpServer& server_;
  std::size_t connections_max_;
  const Clock& clock_;
  Logger log_;
  Crowding told_;
  std::optional<SteadyTime> told_at_;
  std::size_t most_open_ = 0;  ///< since memory was last given back
};

}  // namespace tercet::proxy
