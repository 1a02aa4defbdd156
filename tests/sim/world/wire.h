#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/async/event.h"
#include "core/net/frame_link.h"
#include "tests/sim/world/network.h"

namespace tercet::sim {

/// What has arrived at one end and was not read yet; part of the memory of its process.
class Inbox {
 public:
  explicit Inbox(Process& reader) : process(&reader), changed(reader.executor()) {}

  Process* process;
  std::deque<Frame> frames;
  Event changed;
  bool ended = false;

  void end();
};

/// One link, as the network between its two ends sees it. Side 0 dialled.
class Wire : public std::enable_shared_from_this<Wire> {
 public:
  Wire(Network& network, std::uint64_t number, Port port, Site dialer, Site listener);

  /// The link object of one side, for the process that lives there.
  std::unique_ptr<FrameLink> make_end(std::size_t side, Process& process, std::string peer_name);

  Status send(std::size_t side, Frame frame);
  /// The same, even if what the side sends is withheld.
  Status carry(std::size_t side, Frame frame);

  bool open(std::size_t side) const { return !ends_[side].closed; }

  /// The side's process, or its system, closes.
  void close(std::size_t side);
  void reset();

  /// The side's machine fell silent.
  void go_dark(std::size_t side) { ends_[side].dark = true; }

  /// What waits from this side may go: its way is mended.
  void mended(std::size_t side);

  Site site(std::size_t side) const { return ends_[side].site; }

  Port port() const { return port_; }

  /// As TLS gives it: the same at both ends, another one for every link.
  ByteView channel_binding() const { return channel_binding_; }

  /// Nobody is left at either end.
  bool forgotten() const { return ends_[0].inbox.expired() && ends_[1].inbox.expired(); }

  std::size_t queued_bytes() const { return ends_[0].queued + ends_[1].queued; }

  void read(std::size_t side, std::size_t bytes) { ends_[1 - side].queued -= bytes; }

 private:
  class End {
   public:
    Site site = 0;
    std::weak_ptr<Inbox> inbox;
    bool closed = false;  ///< sends nothing more
    bool dark = false;
    // What this end sends:
    SteadyTime line_free{};
    SteadyTime last_arrival{};
    std::size_t queued = 0;
    std::deque<std::optional<Frame>> held;  ///< sent while the way was cut; nothing: the end
  };

  void put_on_the_way(std::size_t side, std::optional<Frame> item);
  void arrive(std::size_t side, std::optional<Frame> item);
  void hand_over(std::size_t side, std::optional<Frame> item);
  std::string label(std::size_t side) const;

  Network* network_;
  std::uint64_t number_;
  Bytes channel_binding_;
  Port port_;
  std::array<End, 2> ends_;
};

}  // namespace tercet::sim
