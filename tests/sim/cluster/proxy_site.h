#pragma once

#include <memory>
#include <string>

#include "tests/sim/cluster/node_site.h"
#include "tests/sim/cluster/proxy_process.h"

namespace tercet::sim {

/// Where a proxy lives; it keeps nothing over a crash.
class ProxySite {
 public:
  ProxySite(World& world, Network& network, Site site, std::string name);

  void start();
  void crash(Crash kind);
  void set_paused(bool paused);

  /// Null where no process runs.
  ProxyProcess* process() { return process_.get(); }

  bool answers() const { return process_ && !process_->paused(); }

  /// How often it was paused, or lost.
  unsigned pauses() const { return pauses_; }

  Site site() const { return site_; }

  SiteClock& wall_clock() { return wall_clock_; }

 private:
  World* world_;
  Network* network_;
  Site site_;
  std::string name_;
  SiteClock wall_clock_;
  std::shared_ptr<ProxyProcess> process_;
  unsigned starts_ = 0;
  unsigned pauses_ = 0;
};

}  // namespace tercet::sim
