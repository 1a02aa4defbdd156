#pragma once

#include <optional>

#include "core/time/clock.h"
#include "mpc/party.h"
#include "mpc/wire/proxy_messages.h"

namespace tercet::proxy {

/// What is known of one node, for health and metrics.
class NodeView {
 public:
  NodeView() = default;
  bool linked = false;
  /// The last NODE_STATUS on the present link, and when it came.
  std::optional<mpc::wire::NodeStatus> status;
  std::optional<SteadyTime> status_at;
};

/// The nodes as the coordinator sees them now. Threads: one executor.
class Fleet {
 public:
  virtual ~Fleet() = default;
  virtual NodeView view(mpc::PartyIndex node) const = 0;
};

}  // namespace tercet::proxy
