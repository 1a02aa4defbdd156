#include "tests/support/memory_link.h"

#include <deque>

#include "core/async/event.h"

namespace tercet::test {
namespace {

constexpr std::size_t kQueuedBytesMax = 8U << 20U;

/// One direction.
class Pipe {
 public:
  explicit Pipe(const asio::any_io_executor& executor) : arrived(executor) {}

  std::deque<std::pair<std::uint64_t, Frame>> frames;
  std::size_t bytes = 0;
  Event arrived;  ///< frames are there, or closed
  bool closed = false;

  void close() {
    closed = true;
    arrived.set();
  }
};

class MemoryLink final : public FrameLink {
 public:
  MemoryLink(std::shared_ptr<StampedParty> party,
             std::string peer_name,
             TamperFrame tamper,
             std::shared_ptr<Pipe> in,
             std::shared_ptr<Pipe> out,
             const Bytes& binding)
      : party_(std::move(party)),
        peer_name_(std::move(peer_name)),
        tamper_(std::move(tamper)),
        in_(std::move(in)),
        out_(std::move(out)),
        binding_(binding) {}

  ~MemoryLink() override { MemoryLink::close(); }

  Status send(Frame frame) override {
    if (out_->closed) {
      return Error(Errc::link_closed, "memory link: closed");
    }
    ++party_->frames_sent;
    party_->bytes_sent += frame.body.size();
    const std::uint64_t stamp = party_->highest_received + 1;
    if (tamper_) {
      std::optional<Frame> changed = tamper_(std::move(frame));
      if (!changed) {
        return ok_status();
      }
      frame = std::move(*changed);
    }
    if (out_->bytes + frame.body.size() > kQueuedBytesMax) {
      close();
      return Error(Errc::overloaded, "memory link: the peer does not read; closed");
    }
    out_->bytes += frame.body.size();
    out_->frames.emplace_back(stamp, std::move(frame));
    out_->arrived.set();
    return ok_status();
  }

  Task<Result<Frame>> receive() override { return receive_from(party_, in_); }

  void close() noexcept override {
    in_->close();
    out_->close();
  }

  const std::string& peer_name() const override { return peer_name_; }

  ByteView channel_binding() const override { return binding_; }

 private:
  /// Holds what it uses: the link may go while its task unwinds.
  static Task<Result<Frame>> receive_from(std::shared_ptr<StampedParty> party,
                                          std::shared_ptr<Pipe> in) {
    while (in->frames.empty()) {
      if (in->closed) {
        co_return Error(Errc::link_closed, "memory link: closed");
      }
      in->arrived.reset();
      TERCET_CO_TRY_STATUS(co_await in->arrived.wait());
    }
    auto [stamp, frame] = std::move(in->frames.front());
    in->frames.pop_front();
    in->bytes -= frame.body.size();
    party->highest_received = std::max(party->highest_received, stamp);
    co_return std::move(frame);
  }

  std::shared_ptr<StampedParty> party_;
  std::string peer_name_;
  TamperFrame tamper_;
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  Bytes binding_;
};

/// As TLS gives it: another one for each link, the same at both ends.
Bytes next_binding() {
  static std::uint64_t links = 0;
  ByteWriter out;
  out.u64(++links).raw(Bytes(24));
  return out.take();
}

}  // namespace

std::pair<std::unique_ptr<FrameLink>, std::unique_ptr<FrameLink>> make_memory_link(
    const asio::any_io_executor& executor, MemoryLinkEnd first, MemoryLinkEnd second) {
  auto there = std::make_shared<Pipe>(executor);
  auto back = std::make_shared<Pipe>(executor);
  const Bytes binding = next_binding();
  auto a = std::make_unique<MemoryLink>(
      first.party, second.name, std::move(first.tamper), back, there, binding);
  auto b = std::make_unique<MemoryLink>(
      second.party, first.name, std::move(second.tamper), there, back, binding);
  return std::pair<std::unique_ptr<FrameLink>, std::unique_ptr<FrameLink>>(std::move(a),
                                                                           std::move(b));
}

}  // namespace tercet::test
