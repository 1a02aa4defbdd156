#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/async/task_group.h"
#include "core/net/redial.h"
#include "core/random/deterministic.h"
#include "core/time/clock.h"
#include "proxy/coordinator/coordinator.h"
#include "proxy/coordinator/health_monitor.h"
#include "proxy/xks/store_table.h"
#include "proxy/xks/xks_service.h"
#include "tests/sim/cluster/setup.h"
#include "tests/sim/world/network.h"
#include "tests/sim/world/process.h"

namespace tercet::sim {

/// One run of tercet-proxy: the product's XksService, Coordinator and HealthMonitor as ProxyApp
/// puts them together, over simulated links.
class ProxyProcess final : public Process {
 public:
  /// Called in the proxy's context when an answer is ready.
  using Answered = std::function<void(proxy::XksReply reply)>;

  ProxyProcess(
      World& world, Network& network, Site site, std::string name, const WallClock& wall_clock);
  ~ProxyProcess() override;

  void boot();

  /// A request arrives, to be answered within `limit`.
  void handle(proxy::XksRequest request, Milliseconds limit, Answered answered);

  const proxy::Coordinator& coordinator() const { return *coordinator_; }

 protected:
  Task<void> end_all() override;

 private:
  class Dialer;

  class NoObserver final : public proxy::RequestObserver {
   public:
    void finished(const proxy::RequestRecord& /*record*/) override {}
  };

  Task<void> answer(proxy::XksRequest request, Deadline until, Answered answered);

  Network* network_;
  Site site_;
  DeterministicRandom random_;
  proxy::StoreTable stores_;
  NoObserver observer_;
  std::unique_ptr<proxy::Coordinator> coordinator_;
  std::unique_ptr<proxy::HealthMonitor> health_;
  std::unique_ptr<proxy::XksService> service_;
  std::vector<std::unique_ptr<LinkDialer>> dialers_;
  TaskGroup tasks_;
};

}  // namespace tercet::sim
