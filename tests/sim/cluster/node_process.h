#pragma once

#include <array>
#include <memory>
#include <string>

#include "core/async/task_group.h"
#include "core/config/node_config.h"
#include "core/metrics/metrics.h"
#include "core/net/redial.h"
#include "core/random/deterministic.h"
#include "node/daemon/node_core.h"
#include "tests/sim/cluster/setup.h"
#include "tests/sim/world/disk.h"
#include "tests/sim/world/network.h"
#include "tests/sim/world/process.h"

namespace tercet::sim {

class NodeSite;

/// One run of tercet-node: the product's NodeCore over a simulated disk and simulated links, with
/// the dial loops of the daemon.
class NodeProcess final : public Process {
 public:
  NodeProcess(NodeSite& site, std::string name, const DiskImage& image);
  ~NodeProcess() override;

  /// Opens the store, loads the keys, listens and dials. Errors: NodeStore's.
  Status boot();

  /// Null while it starts.
  node::NodeCore* core() { return core_.get(); }

  Disk& disk() { return disk_; }

 protected:
  Task<void> end_all() override;

 private:
  class Dialer;

  Status open_core();
  void listen();
  void dial(Site peer);
  Task<void> serve(Port port, Site peer, std::unique_ptr<FrameLink> link);

  NodeSite* site_;
  NodeConfig config_;
  std::unique_ptr<DeterministicRandom> random_;
  std::unique_ptr<DeterministicRandom> bulk_random_;
  Disk disk_;
  Registry metrics_;
  std::vector<std::unique_ptr<LinkDialer>> dialers_;
  std::unique_ptr<node::NodeCore> core_;
  TaskGroup tasks_;
};

}  // namespace tercet::sim
