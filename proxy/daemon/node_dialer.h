#pragma once

#include <functional>
#include <string>

#include "core/async/task.h"
#include "core/log/log.h"
#include "core/net/redial.h"
#include "core/net/tls_config.h"
#include "proxy/coordinator/node_set.h"

namespace tercet::proxy {

/// Where a node is reached and who it must be.
class NodeDialerOptions {
 public:
  NodeDialerOptions() = default;
  mpc::PartyIndex node = mpc::PartyIndex::p1;
  std::string node_id;
  std::string address;            ///< host:port for proxies
  std::function<LinkTls()> tls;   ///< ours; asked for at each connection, its files read anew
  std::function<TlsPeer()> peer;  ///< who the node is; asked for at each connection
};

/// Makes the proxy's link to one node, for keep_linked(), and hands it to `nodes`, which outlives
/// it.
class NodeDialer final : public LinkDialer {
 public:
  NodeDialer(asio::any_io_executor executor, NodeSet& nodes, NodeDialerOptions options, Logger log);

  Task<Result<std::unique_ptr<FrameLink>>> connect() override;
  Task<void> serve(std::unique_ptr<FrameLink> link) override;

 private:
  asio::any_io_executor executor_;
  NodeSet* nodes_;
  NodeDialerOptions options_;
  Logger log_;
  bool told_ = false;  ///< that the node is not reached: once per outage
};

}  // namespace tercet::proxy
