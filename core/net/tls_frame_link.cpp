#include "core/net/tls_frame_link.h"

#include <cstring>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"
#include "core/async/task_group.h"
#include "core/time/executor_clock.h"

namespace tercet {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kReadBufferBytes = 64 * 1024;
constexpr std::size_t kKeptBufferBytes = 256 * 1024;

Counter& link_counter(Registry& registry,
                      std::string_view part,
                      std::string_view kind,
                      std::string_view what,
                      std::string_view help) {
  std::string name = "tercet_";
  name.append(part).append("_link_sent_").append(what).append("_total");
  return registry.counter(name, help, {{"link", std::string(kind)}});
}

/// Shared with the tasks that may outlive the link for a moment.
class LinkState : public std::enable_shared_from_this<LinkState> {
 public:
  LinkState(asio::any_io_executor executor,
            std::unique_ptr<ByteStream> stream,
            FrameLimits limits,
            LinkMeter* meter)
      : clock_(clock_of(executor)),
        executor_(std::move(executor)),
        stream_(std::move(stream)),
        limits_(limits),
        meter_(meter),
        name_(stream_->peer_name()),
        tls_(stream_->tls_info()) {}

  Status send(const Frame& frame) {
    if (closed_ || finishing_) {
      return Error(Errc::link_closed, "link: closed");
    }
    const std::size_t payload = 1 + frame.body.size();
    if (payload > limits_.frame_bytes_max) {
      return Error(Errc::out_of_range, "link: frame too large");
    }
    if (queued_.size() + kHeaderBytes + payload > limits_.queue_bytes_max) {
      close();
      return Error(Errc::overloaded, "link: the peer does not read; closed");
    }
    const std::size_t at = queued_.size();
    queued_.resize(at + kHeaderBytes);
    store_u32(MutableByteView(queued_).subspan(at, kHeaderBytes),
              static_cast<std::uint32_t>(payload));
    queued_.push_back(frame.type);
    queued_.insert(queued_.end(), frame.body.begin(), frame.body.end());
    if (meter_ != nullptr) {
      meter_->bytes.add(kHeaderBytes + payload);
      meter_->frames.add();
    }
    if (!writing_) {
      writing_ = true;
      spawn_owned(executor_, write_queued(shared_from_this()));
    }
    return ok_status();
  }

  /// Static, and holding the state: a link may go while its task unwinds.
  static Task<Result<Frame>> receive(std::shared_ptr<LinkState> self) {
    for (;;) {
      Result<std::optional<Frame>> parsed = self->next_frame();
      if (!parsed) {
        self->close();
        co_return std::move(parsed).error();
      }
      if (parsed->has_value()) {
        co_return std::move(**parsed);
      }
      if (self->closed_) {
        co_return Error(Errc::link_closed, "link: closed");
      }
      const MutableByteView room = self->room();
      const Deadline never = Deadline::never();
      const Result<std::size_t> count = co_await self->stream_->read_some(room, never);
      if (!count) {
        if (count.error().code() != Errc::closed) {
          self->close();
        }
        co_return count.error();
      }
      if (*count == 0) {
        self->close();
        co_return Error(Errc::link_closed, "link: ended by the peer");
      }
      self->added(*count);
    }
  }

  void close() noexcept {
    closed_ = true;
    stream_->abort();
    if (!writing_) {
      queued_ = Bytes();
    }
  }

  void finish() noexcept {
    finishing_ = true;
    if (!writing_) {
      close();
    }
  }

  /// The link is gone; what it was to finish goes on.
  void let_go() noexcept {
    if (!finishing_) {
      close();
    }
  }

  const std::string& name() const { return name_; }

  ByteView channel_binding() const { return tls_ ? ByteView(tls_->channel_binding) : ByteView(); }

 private:
  /// Everything that was queued until now, and meanwhile, in as few writes as possible.
  static Task<void> write_queued(std::shared_ptr<LinkState> self) {
    // Let all that is ready to run queue its frames first: they leave in one write.
    co_await asio::post(self->executor_, asio::use_awaitable);
    while (!self->closed_ && !self->queued_.empty()) {
      self->sending_.swap(self->queued_);
      if (self->meter_ != nullptr) {
        self->meter_->writes.add();
      }
      const Deadline until = Deadline::in(self->clock_, self->limits_.write_limit);
      const Status sent = co_await self->stream_->write_all(self->sending_, until);
      recycle(self->sending_);
      if (!sent) {
        self->writing_ = false;
        self->close();
        co_return;
      }
    }
    self->writing_ = false;
    if (self->finishing_) {
      self->close();
    }
  }

  static void recycle(Bytes& buffer) {
    if (buffer.capacity() > kKeptBufferBytes) {
      buffer = Bytes();
      return;
    }
    wipe(buffer.data(), buffer.size());
    buffer.clear();
  }

  /// A frame that is complete, or nothing yet.
  Result<std::optional<Frame>> next_frame() {
    if (partial_left_ == 0 && !partial_) {
      TERCET_TRY_STATUS(begin_frame());
    }
    if (!partial_ || partial_left_ > 0) {
      return std::optional<Frame>();
    }
    std::optional<Frame> done(std::move(partial_));
    partial_.reset();
    return done;
  }

  Status begin_frame() {
    const std::size_t have = end_ - begin_;
    if (have < kHeaderBytes + 1) {
      return ok_status();
    }
    const std::size_t payload = load_u32(ByteView(input_).subspan(begin_, kHeaderBytes));
    if (payload == 0 || payload > limits_.frame_bytes_max) {
      return Error(Errc::peer_malformed, "link: a frame of impossible length");
    }
    partial_.emplace();
    partial_->type = input_[begin_ + kHeaderBytes];
    partial_->body.resize(payload - 1);
    partial_left_ = payload - 1;
    const std::size_t taken = std::min(partial_left_, have - kHeaderBytes - 1);
    std::uint8_t* from = input_.data() + begin_ + kHeaderBytes + 1;
    if (taken > 0) {
      std::memcpy(partial_->body.data(), from, taken);
      wipe(from, taken);
    }
    partial_left_ -= taken;
    begin_ += kHeaderBytes + 1 + taken;
    return ok_status();
  }

  /// Where the next bytes belong: straight into a large frame's body, else into the buffer.
  MutableByteView room() {
    if (partial_left_ > 0) {
      return MutableByteView(partial_->body).last(partial_left_);
    }
    if (input_.empty()) {
      input_.resize(kReadBufferBytes);
    }
    if (begin_ > 0) {
      std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return MutableByteView(input_).subspan(end_);
  }

  void added(std::size_t count) {
    if (partial_left_ > 0) {
      partial_left_ -= count;
    } else {
      end_ += count;
    }
  }

  const Clock& clock_;
  asio::any_io_executor executor_;
  std::unique_ptr<ByteStream> stream_;
  FrameLimits limits_;
  LinkMeter* meter_;
  std::string name_;
  std::shared_ptr<const TlsInfo> tls_;  ///< null on plain TCP
  bool closed_ = false;
  bool finishing_ = false;  ///< closes when all is written

  Bytes queued_;
  Bytes sending_;
  bool writing_ = false;

  Bytes input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<Frame> partial_;
  std::size_t partial_left_ = 0;  ///< at the end of the partial frame's body
};

class TlsFrameLink final : public FrameLink {
 public:
  explicit TlsFrameLink(std::shared_ptr<LinkState> state) : state_(std::move(state)) {}

  ~TlsFrameLink() override { state_->let_go(); }

  Status send(Frame frame) override {
    Status queued = state_->send(frame);
    if (frame.body.size() <= kReadBufferBytes) {
      // Small frames carry contributions and shares; wiping bulk ones would cost too much.
      wipe(frame.body.data(), frame.body.size());
    }
    return queued;
  }

  Task<Result<Frame>> receive() override { return LinkState::receive(state_); }

  void close() noexcept override { state_->close(); }

  void finish() noexcept override { state_->finish(); }

  const std::string& peer_name() const override { return state_->name(); }

  ByteView channel_binding() const override { return state_->channel_binding(); }

 private:
  std::shared_ptr<LinkState> state_;
};

}  // namespace

LinkMeter::LinkMeter(Registry& registry, std::string_view part, std::string_view kind)
    : bytes(link_counter(registry, part, kind, "bytes", "Bytes of messages sent on links")),
      frames(link_counter(registry, part, kind, "frames", "Messages sent on links")),
      writes(link_counter(
          registry, part, kind, "writes", "Writes to links, of one or more messages each")) {}

std::unique_ptr<FrameLink> make_frame_link(const asio::any_io_executor& executor,
                                           std::unique_ptr<ByteStream> stream,
                                           FrameLimits limits,
                                           LinkMeter* meter) {
  return std::make_unique<TlsFrameLink>(
      std::make_shared<LinkState>(executor, std::move(stream), limits, meter));
}

}  // namespace tercet
