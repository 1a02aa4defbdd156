#include "tests/sim/world/wire.h"

#include <utility>

#include "core/net/tls_frame_link.h"

namespace tercet::sim {

namespace {

constexpr Microseconds kRetransmissionMin{1'000};
constexpr Microseconds kRetransmissionMax{200'000};
constexpr std::size_t kHeaderBytes = 60;  ///< of a packet and its record

std::string_view port_name(Port port) {
  switch (port) {
    case Port::peer:
      return "peer";
    case Port::bulk:
      return "bulk";
    case Port::proxy:
      return "proxy";
  }
  return "?";
}

FrameLimits limits_of(Port port) {
  return port == Port::bulk ? FrameLimits::for_bulk() : FrameLimits::for_requests();
}

class WireEnd final : public FrameLink {
 public:
  WireEnd(std::shared_ptr<Wire> wire,
          std::size_t side,
          std::shared_ptr<Inbox> inbox,
          std::string peer_name)
      : wire_(std::move(wire)),
        side_(side),
        inbox_(std::move(inbox)),
        peer_name_(std::move(peer_name)) {}

  ~WireEnd() override { WireEnd::close(); }

  Status send(Frame frame) override {
    if (inbox_->process->ghost()) {
      return ok_status();
    }
    return wire_->send(side_, std::move(frame));
  }

  Task<Result<Frame>> receive() override { return receive_from(wire_, side_, inbox_); }

  void close() noexcept override {
    inbox_->end();
    if (!inbox_->process->ghost()) {
      wire_->close(side_);
    }
  }

  const std::string& peer_name() const override { return peer_name_; }

  ByteView channel_binding() const override { return wire_->channel_binding(); }

 private:
  /// Holds what it uses: the link may go while its task unwinds.
  static Task<Result<Frame>> receive_from(std::shared_ptr<Wire> wire,
                                          std::size_t side,
                                          std::shared_ptr<Inbox> inbox) {
    while (inbox->frames.empty()) {
      if (inbox->ended) {
        co_return Error(Errc::link_closed, "simulated link: ended");
      }
      inbox->changed.reset();
      TERCET_CO_TRY_STATUS(co_await inbox->changed.wait());
    }
    Frame frame = std::move(inbox->frames.front());
    inbox->frames.pop_front();
    wire->read(side, frame.body.size());
    co_return std::move(frame);
  }

  std::shared_ptr<Wire> wire_;
  std::size_t side_;
  std::shared_ptr<Inbox> inbox_;
  std::string peer_name_;
};

}  // namespace

void Inbox::end() {
  ended = true;
  changed.set();
  process->wake();
}

Wire::Wire(Network& network, std::uint64_t number, Port port, Site dialer, Site listener)
    : network_(&network),
      number_(number),
      channel_binding_(ByteWriter().u64(number).raw(Bytes(24)).take()),
      port_(port) {
  ends_[0].site = dialer;
  ends_[1].site = listener;
}

std::unique_ptr<FrameLink> Wire::make_end(std::size_t side,
                                          Process& process,
                                          std::string peer_name) {
  auto inbox = std::make_shared<Inbox>(process);
  ends_[side].inbox = inbox;
  return std::make_unique<WireEnd>(
      shared_from_this(), side, std::move(inbox), std::move(peer_name));
}

std::string Wire::label(std::size_t side) const {
  return network_->name_of(ends_[1 - side].site) + " " + std::string(port_name(port_)) + "#" +
         std::to_string(number_);
}

Status Wire::send(std::size_t side, Frame frame) {
  End& end = ends_[side];
  if (end.closed) {
    return Error(Errc::link_closed, "simulated link: closed");
  }
  if (network_->withhold_ &&
      network_->withhold_(end.site, ends_[1 - side].site, port_, frame.type)) {
    return ok_status();
  }
  return carry(side, std::move(frame));
}

Status Wire::carry(std::size_t side, Frame frame) {
  End& end = ends_[side];
  if (network_->watch_) {
    network_->watch_(end.site, ends_[1 - side].site, port_, frame.type);
    if (const auto inbox = end.inbox.lock(); inbox && inbox->process->ghost()) {
      return ok_status();  // it died before the frame left
    }
  }
  const FrameLimits limits = limits_of(port_);
  if (frame.body.size() >= limits.frame_bytes_max) {
    return Error(Errc::out_of_range, "simulated link: frame too large");
  }
  if (end.queued + frame.body.size() > limits.queue_bytes_max) {
    reset();
    return Error(Errc::overloaded, "simulated link: the peer does not read; closed");
  }
  network_->world_->trace().note_bytes(network_->name_of(end.site),
                                       "send",
                                       label(side) + " type " + std::to_string(frame.type) + ", " +
                                           std::to_string(frame.body.size()) + " bytes",
                                       frame.body);
  end.queued += frame.body.size();
  put_on_the_way(side, std::move(frame));
  return ok_status();
}

void Wire::put_on_the_way(std::size_t side, std::optional<Frame> item) {
  End& end = ends_[side];
  World& world = *network_->world_;
  const Path& path = network_->path(end.site, ends_[1 - side].site);
  const std::size_t bytes = kHeaderBytes + (item ? item->body.size() : 0);
  const Microseconds line(bytes * 1000 / path.bytes_per_ms);
  end.line_free = std::max(end.line_free, world.time().now()) + line;
  const Microseconds way = path.delay + path.slowed + world.draw(Microseconds(0), path.jitter);
  end.last_arrival = std::max(end.last_arrival, end.line_free + way);
  world.time().at(end.last_arrival,
                  [wire = weak_from_this(), side, moved = std::move(item)]() mutable {
                    if (const auto alive = wire.lock()) {
                      alive->arrive(side, std::move(moved));
                    }
                  });
}

void Wire::arrive(std::size_t side, std::optional<Frame> item) {
  End& end = ends_[side];
  if (!end.held.empty() || network_->path(end.site, ends_[1 - side].site).cut) {
    end.held.push_back(std::move(item));
    return;
  }
  hand_over(side, std::move(item));
}

void Wire::hand_over(std::size_t side, std::optional<Frame> item) {
  End& to = ends_[1 - side];
  if (to.dark) {
    // Its machine knows nothing of this link: once it is back it says so.
    if (network_->listens(to.site)) {
      close(1 - side);
    }
    return;
  }
  const std::shared_ptr<Inbox> inbox = to.inbox.lock();
  if (!inbox || inbox->ended) {
    return;
  }
  if (!item) {
    to.closed = true;
    inbox->end();
    return;
  }
  inbox->frames.push_back(std::move(*item));
  inbox->changed.set();
  inbox->process->wake();
}

void Wire::mended(std::size_t side) {
  World& world = *network_->world_;
  const Path& path = network_->path(ends_[side].site, ends_[1 - side].site);
  const Microseconds wait =
      path.delay + path.slowed + world.draw(kRetransmissionMin, kRetransmissionMax);
  world.time().after(wait, [wire = weak_from_this(), side] {
    const auto alive = wire.lock();
    if (!alive || alive->network_->path(alive->site(side), alive->site(1 - side)).cut) {
      return;
    }
    while (!alive->ends_[side].held.empty()) {
      std::optional<Frame> item = std::move(alive->ends_[side].held.front());
      alive->ends_[side].held.pop_front();
      alive->hand_over(side, std::move(item));
    }
  });
}

void Wire::close(std::size_t side) {
  if (!ends_[side].closed) {
    ends_[side].closed = true;
    put_on_the_way(side, std::nullopt);
  }
}

void Wire::reset() {
  for (End& end : ends_) {
    end.closed = true;
    end.held.clear();
    if (const auto inbox = end.inbox.lock()) {
      inbox->end();
    }
  }
}

}  // namespace tercet::sim
