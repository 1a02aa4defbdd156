#include "tests/sim/world/network.h"

#include <algorithm>

#include "core/async/deadline.h"
#include "tests/sim/world/wire.h"

namespace tercet::sim {

namespace {

std::size_t side_of(const Wire& wire, Site site) {
  return wire.site(0) == site ? 0 : 1;
}

bool joins(const Wire& wire, Site one, Site other) {
  return (wire.site(0) == one && wire.site(1) == other) ||
         (wire.site(0) == other && wire.site(1) == one);
}

}  // namespace

Network::Network(World& world, std::size_t sites)
    : world_(&world), sites_(sites), paths_(sites * sites), names_(sites) {}

Network::~Network() = default;

void Network::set_cut(Site one, Site other, bool cut) {
  set_cut_one_way(one, other, cut);
  set_cut_one_way(other, one, cut);
}

void Network::set_cut_one_way(Site from, Site to, bool cut) {
  if (path(from, to).cut == cut) {
    return;
  }
  path(from, to).cut = cut;
  world_->trace().note("network", cut ? "cut" : "mend", names_[from] + " to " + names_[to]);
  for (const std::shared_ptr<Wire>& wire : wires_) {
    if (!cut && joins(*wire, from, to)) {
      wire->mended(side_of(*wire, from));
    }
  }
}

void Network::listen(Site at, Port port, Process& process, Acceptor accept) {
  dark_.erase(at);
  Listener& listener = listeners_[std::pair(at, port)];
  listener.process = &process;
  listener.accept = std::move(accept);
}

bool Network::say(Site from, Site to, Port port, Frame frame) {
  for (auto wire = wires_.rbegin(); wire != wires_.rend(); ++wire) {
    const std::size_t side = side_of(**wire, from);
    if ((*wire)->port() == port && joins(**wire, from, to) && (*wire)->open(side)) {
      return (*wire)->carry(side, std::move(frame)).ok();
    }
  }
  return false;
}

bool Network::listens(Site site) const {
  const auto first = listeners_.lower_bound(std::pair(site, Port::peer));
  return first != listeners_.end() && first->first.first == site;
}

bool Network::silent(Site from, Site to) {
  return path(from, to).cut || path(to, from).cut || dark_.contains(to);
}

Task<Result<std::unique_ptr<FrameLink>>> Network::dial(
    Process& process, Site from, std::string name, Site to, Port port, Milliseconds limit) {
  const Deadline until = Deadline::in(process.clock(), limit);
  const Path& there = path(from, to);
  const Path& back = path(to, from);
  const Microseconds there_and_back = there.delay + there.slowed + back.delay + back.slowed;
  const SteadyTime connected =
      world_->time().now() + 2 * there_and_back + world_->draw(Microseconds(0), Microseconds(500));
  TERCET_CO_TRY_STATUS(co_await sleep_until(Deadline::at(process.clock(), connected)));
  if (process.ghost()) {
    co_return Error(Errc::closed, "simulated network: the process is gone");
  }
  if (silent(from, to)) {
    TERCET_CO_TRY_STATUS(co_await sleep_until(until));
    co_return Error(Errc::timeout, "simulated network: no answer");
  }
  const auto found = listeners_.find(std::pair(to, port));
  if (found == listeners_.end()) {
    co_return Error(Errc::link_closed, "simulated network: nobody listens there");
  }
  forget_dead();
  auto wire = std::make_shared<Wire>(*this, next_wire_++, port, from, to);
  wires_.push_back(wire);
  world_->trace().note(name, "connect", names_[to]);
  std::unique_ptr<FrameLink> mine = wire->make_end(0, process, names_[to]);
  Process& listener = *found->second.process;
  found->second.accept(from, wire->make_end(1, listener, std::move(name)));
  listener.wake();
  co_return std::move(mine);
}

void Network::forget_dead() {
  std::erase_if(wires_, [](const std::shared_ptr<Wire>& wire) { return wire->forgotten(); });
}

void Network::reset_links(Site one, Site other) {
  for (const Port port : {Port::peer, Port::bulk, Port::proxy}) {
    reset_links(one, other, port);
  }
}

void Network::reset_links(Site one, Site other, Port port) {
  for (const std::shared_ptr<Wire>& wire : wires_) {
    if (wire->port() == port && joins(*wire, one, other)) {
      wire->reset();
    }
  }
  world_->trace().note("network", "reset", names_[one] + " and " + names_[other]);
}

void Network::leave(Site site, bool told) {
  std::erase_if(listeners_, [site](const auto& entry) { return entry.first.first == site; });
  if (!told) {
    dark_.insert(site);
  }
  for (const std::shared_ptr<Wire>& wire : wires_) {
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      if (wire->site(side) != site) {
        continue;
      }
      if (told) {
        wire->close(side);
      } else {
        wire->go_dark(side);
      }
    }
  }
}

std::size_t Network::live_links() const {
  return static_cast<std::size_t>(std::count_if(
      wires_.begin(), wires_.end(), [](const auto& wire) { return !wire->forgotten(); }));
}

std::size_t Network::queued_bytes() const {
  std::size_t bytes = 0;
  for (const std::shared_ptr<Wire>& wire : wires_) {
    bytes += wire->forgotten() ? 0 : wire->queued_bytes();
  }
  return bytes;
}

}  // namespace tercet::sim
