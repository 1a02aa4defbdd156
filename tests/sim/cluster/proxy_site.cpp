#include "tests/sim/cluster/proxy_site.h"

#include <utility>

namespace tercet::sim {

ProxySite::ProxySite(World& world, Network& network, Site site, std::string name)
    : world_(&world),
      network_(&network),
      site_(site),
      name_(std::move(name)),
      wall_clock_(world.time()) {
  network.set_name(site, name_);
}

void ProxySite::start() {
  TERCET_CHECK(!process_);
  ++starts_;
  world_->trace().note(name_, "start", "process " + std::to_string(starts_));
  process_ = std::make_shared<ProxyProcess>(
      *world_, *network_, site_, name_ + "/" + std::to_string(starts_), wall_clock_);
  world_->start(process_);
  process_->boot();
}

void ProxySite::crash(Crash kind) {
  if (!process_) {
    return;
  }
  const bool killed = kind == Crash::killed;
  world_->trace().note(name_, killed ? "killed" : "power cut");
  network_->leave(site_, killed);
  world_->crash(*process_);
  process_.reset();
}

void ProxySite::set_paused(bool paused) {
  if (process_ && process_->paused() != paused) {
    world_->trace().note(name_, paused ? "pause" : "resume");
    pauses_ += paused ? 1U : 0U;
    process_->set_paused(paused);
  }
}

}  // namespace tercet::sim
