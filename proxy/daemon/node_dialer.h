#pragma once

#include <string>

#include "core/async/task.h"
#include "core/log/log.h"
#include "core/net/tls_config.h"
#include "proxy/coordinator/node_set.h"

namespace tercet::proxy {

/// Where a node is reached and who it must be.
class NodeDialerOptions {
 public:
  NodeDialerOptions() = default;
  mpc::PartyIndex node = mpc::PartyIndex::p1;
  std::string node_id;  ///< CN of its certificate; its OU is "node"
  std::string address;  ///< host:port for proxies
  LinkTls tls;          ///< ours; read anew at each connection
};

/// Keeps a warm link to one node: dials, hands the link to `nodes`, and dials again with back-off
/// when it ends. Until the task is cancelled. `nodes` outlives it.
Task<void> keep_linked(asio::any_io_executor executor,
                       NodeSet& nodes,
                       NodeDialerOptions options,
                       Logger log);

}  // namespace tercet::proxy
