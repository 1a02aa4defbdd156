#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/net/frame_link.h"
#include "tests/sim/world/world.h"

namespace tercet::sim {

/// A place with a machine: node 1, 2, 3, then proxies.
using Site = std::size_t;

/// What a process listens for.
enum class Port : std::uint8_t { peer, bulk, proxy };

/// The way from one site to another, one direction.
class Path {
 public:
  Path() = default;
  Microseconds delay{2500};
  Microseconds jitter{200};              ///< at most so much more
  Microseconds slowed{0};                ///< for a while, on top
  std::uint64_t bytes_per_ms = 125'000;  ///< a gigabit a second
  bool cut = false;  ///< what is sent arrives when it is mended, if the link still lives
};

class Wire;

/// The network between the sites, with links as TLS over TCP makes them: in order, or dead. Nothing
/// is duplicated or altered, what was on the way is lost when a link dies. While a direction is cut
/// its bytes wait for retransmission, and nobody is told.
class Network {
 public:
  using Acceptor = std::function<void(Site from, std::unique_ptr<FrameLink> link)>;

  Network(World& world, std::size_t sites);
  ~Network();

  Path& path(Site from, Site to) { return paths_[from * sites_ + to]; }

  /// All ways in and out.
  void set_cut(Site one, Site other, bool cut);
  void set_cut_one_way(Site from, Site to, bool cut);

  /// The process at the site takes links on this port, in its own context. Its machine is up.
  void listen(Site at, Port port, Process& process, Acceptor accept);
  /// Connects as `name`; what it takes is three times there and back. Errors: timeout (the other
  /// site does not answer), link_closed (nobody listens there).
  Task<Result<std::unique_ptr<FrameLink>>> dial(
      Process& process, Site from, std::string name, Site to, Port port, Milliseconds limit);

  /// Both ends of all links between the two sites see a reset.
  void reset_links(Site one, Site other);
  /// The same for one kind of links.
  void reset_links(Site one, Site other, Port port);
  /// The site's process is gone. `told`: its system lives and closes its links; otherwise its
  /// machine fell silent.
  void leave(Site site, bool told);

  /// Called before a process' frame leaves; it may crash the process.
  void on_send(std::function<void(Site from, Site to, Port port, std::uint8_t type)> watch) {
    watch_ = std::move(watch);
  }

  /// Asked before a process' frame leaves: true, and it is as if the process had never said it,
  /// which a corrupt one may choose.
  void withhold(std::function<bool(Site from, Site to, Port port, std::uint8_t type)> chosen) {
    withhold_ = std::move(chosen);
  }

  /// As if the process at `from` had sent it, on the newest link of this kind; whatever is
  /// withheld. False if there is no link.
  bool say(Site from, Site to, Port port, Frame frame);

  /// Whether a process listens at the site.
  bool listens(Site site) const;

  /// Bytes on the way, or not yet read.
  std::size_t queued_bytes() const;
  /// Links that somebody holds an end of.
  std::size_t live_links() const;

  const std::string& name_of(Site site) const { return names_[site]; }

  void set_name(Site site, std::string name) { names_[site] = std::move(name); }

 private:
  friend class Wire;

  class Listener {
   public:
    Process* process = nullptr;
    Acceptor accept;
  };

  /// Whether nobody answers.
  bool silent(Site from, Site to);
  void forget_dead();

  World* world_;
  std::size_t sites_;
  std::vector<Path> paths_;
  std::vector<std::string> names_;
  std::map<std::pair<Site, Port>, Listener> listeners_;
  std::set<Site> dark_;  ///< machines that fell silent
  std::list<std::shared_ptr<Wire>> wires_;
  std::function<void(Site, Site, Port, std::uint8_t)> watch_;
  std::function<bool(Site, Site, Port, std::uint8_t)> withhold_;
  std::uint64_t next_wire_ = 1;
};

}  // namespace tercet::sim
