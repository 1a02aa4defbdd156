#include "core/net/tcp_socket.h"

#include <netinet/tcp.h>

#include <array>
#include <string_view>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"
#include "core/time/executor_clock.h"
#include "core/time/timer.h"

namespace tercet {

namespace {

constexpr int kKeepIdleSeconds = 60;
constexpr int kKeepProbes = 3;
constexpr int kKeepIntervalSeconds = 1;
/// What was sent and is not acknowledged for so long: the way is cut. By itself TCP would go on for
/// a quarter of an hour, with ever longer pauses.
constexpr int kUnacknowledgedMilliseconds = 10'000;

using KeepIdle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
using KeepCount = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
using KeepInterval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

std::string address_of(const asio::ip::tcp::socket& socket) {
  boost::system::error_code failed;
  const auto endpoint = socket.remote_endpoint(failed);
  if (failed) {
    return "unknown";
  }
  const std::string host = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

Error late() {
  return Error(Errc::timeout, "connection: deadline passed");
}

Error gone() {
  return Error(Errc::link_closed, "connection: closed or broken");
}

Error stopped() {
  return Error(Errc::closed, "connection: the task was cancelled");
}

/// BBR, where it is the system's choice, paces a link to the bandwidth it has seen, which with a
/// few short messages is next to nothing: one in a hundred then waits for a round trip or two.
void avoid_pacing(int socket) {
  for (const std::string_view unpaced : {"cubic", "reno"}) {
    if (::setsockopt(socket,
                     IPPROTO_TCP,
                     TCP_CONGESTION,
                     unpaced.data(),
                     static_cast<socklen_t>(unpaced.size())) == 0) {
      return;
    }
  }
}

}  // namespace

/// Timer handlers hold it weakly, so that they may outlive the socket.
class TcpSocket::Shared : public std::enable_shared_from_this<TcpSocket::Shared> {
 public:
  /// The deadline of one direction.
  class Watch {
   public:
    explicit Watch(const asio::any_io_executor& executor)
        : clock(clock_of(executor)), timer(executor) {}

    const Clock& clock;
    Timer timer;
    SteadyTime until{};
    SteadyTime scheduled_for = SteadyTime::max();
    std::uint64_t generation = 0;
    bool active = false;
    bool fired = false;
  };

  explicit Shared(asio::ip::tcp::socket connected)
      : socket(std::move(connected)),
        reading(socket.get_executor()),
        writing(socket.get_executor()) {}

  void arm(Watch& watch, Deadline until) {
    watch.until = until.when();
    watch.active = true;
    watch.fired = false;
    if (watch.until < watch.scheduled_for) {
      schedule(watch);
    }
  }

  static void disarm(Watch& watch) { watch.active = false; }

  bool meant_for_the_writer(const boost::system::error_code& failed) const;
  Error why_reading_ended(const boost::system::error_code& failed) const;

  void close() noexcept {
    boost::system::error_code ignored;
    socket.close(ignored);
    reading.timer.cancel();
    writing.timer.cancel();
  }

  asio::ip::tcp::socket socket;
  Watch reading;
  Watch writing;

 private:
  void schedule(Watch& watch) {
    watch.scheduled_for = watch.until;
    const std::uint64_t generation = ++watch.generation;
    watch.timer.set(watch.until);
    auto on_time = [weak = weak_from_this(), &watch, generation](boost::system::error_code failed) {
      const std::shared_ptr<Shared> self = weak.lock();
      if (self && watch.timer.is_due(failed) && generation == watch.generation) {
        self->look(watch);
      }
    };
    watch.timer.async_wait(std::move(on_time));
  }

  void look(Watch& watch) {
    watch.scheduled_for = SteadyTime::max();
    if (!watch.active) {
      return;
    }
    if (watch.clock.now() < watch.until) {
      if (watch.until != SteadyTime::max()) {
        schedule(watch);
      }
      return;
    }
    watch.fired = true;
    boost::system::error_code ignored;
    socket.cancel(ignored);  // wakes both directions; the other one just goes on waiting
  }
};

TcpSocket::TcpSocket(asio::ip::tcp::socket socket)
    : shared_(std::make_shared<Shared>(std::move(socket))), remote_(address_of(shared_->socket)) {
  boost::system::error_code ignored;  // options are best effort: the connection works without
  shared_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  avoid_pacing(shared_->socket.native_handle());
  shared_->socket.set_option(asio::socket_base::keep_alive(true), ignored);
  shared_->socket.set_option(KeepIdle(kKeepIdleSeconds), ignored);
  shared_->socket.set_option(KeepCount(kKeepProbes), ignored);
  shared_->socket.set_option(KeepInterval(kKeepIntervalSeconds), ignored);
  shared_->socket.set_option(UserTimeout(kUnacknowledgedMilliseconds), ignored);
}

TcpSocket::~TcpSocket() {
  shared_->close();
}

/// A read that was woken since the other direction was late: it waits on.
bool TcpSocket::Shared::meant_for_the_writer(const boost::system::error_code& failed) const {
  return failed == asio::error::operation_aborted && socket.is_open() && !reading.fired;
}

Error TcpSocket::Shared::why_reading_ended(const boost::system::error_code& failed) const {
  return reading.fired && failed == asio::error::operation_aborted ? late() : gone();
}

Task<Result<std::size_t>> TcpSocket::read_some(MutableByteView into, Deadline until) {
  const std::shared_ptr<Shared> shared = shared_;
  const bool ending = co_await cancelled();
  if (ending) {
    co_return stopped();
  }
  shared->arm(shared->reading, until);
  for (;;) {
    auto [failed, count] = co_await shared->socket.async_read_some(
        asio::buffer(into.data(), into.size()), asio::as_tuple(asio::use_awaitable));
    if (shared->meant_for_the_writer(failed)) {
      const bool cut = co_await cancelled();
      if (!cut) {
        continue;
      }
      Shared::disarm(shared->reading);
      co_return stopped();
    }
    Shared::disarm(shared->reading);
    if (!failed) {
      co_return count;
    }
    if (failed == asio::error::eof) {
      co_return std::size_t(0);
    }
    co_return shared->why_reading_ended(failed);
  }
}

/// By waiting, not by a read of nothing or a peek: what asio takes for exhausted by such a read, an
/// end above all, it would not report a second time.
Task<Status> TcpSocket::wait_readable(Deadline until) {
  const std::shared_ptr<Shared> shared = shared_;
  const bool ending = co_await cancelled();
  if (ending) {
    co_return stopped();
  }
  shared->arm(shared->reading, until);
  for (;;) {
    const auto [failed] = co_await shared->socket.async_wait(asio::ip::tcp::socket::wait_read,
                                                             asio::as_tuple(asio::use_awaitable));
    if (shared->meant_for_the_writer(failed)) {
      const bool cut = co_await cancelled();
      if (!cut) {
        continue;
      }
      Shared::disarm(shared->reading);
      co_return stopped();
    }
    Shared::disarm(shared->reading);
    if (!failed) {
      co_return ok_status();
    }
    co_return shared->why_reading_ended(failed);
  }
}

Task<Status> TcpSocket::write_all(ByteView from, Deadline until) {
  const std::shared_ptr<Shared> shared = shared_;
  const bool ending = co_await cancelled();
  if (ending) {
    co_return stopped();
  }
  shared->arm(shared->writing, until);
  while (!from.empty()) {
    auto [failed, count] = co_await shared->socket.async_write_some(
        asio::buffer(from.data(), from.size()), asio::as_tuple(asio::use_awaitable));
    from = from.subspan(count);
    if (!failed) {
      continue;
    }
    if (failed == asio::error::operation_aborted && shared->socket.is_open() &&
        !shared->writing.fired) {
      const bool cut = co_await cancelled();
      if (!cut) {
        continue;
      }
      shared->close();  // a message may be cut in half
      co_return stopped();
    }
    const bool fired = shared->writing.fired;
    shared->close();
    co_return fired ? late() : gone();
  }
  Shared::disarm(shared->writing);
  co_return ok_status();
}

void TcpSocket::shutdown_send() noexcept {
  boost::system::error_code ignored;
  shared_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

Task<void> TcpSocket::drain(Deadline until) {
  std::array<std::uint8_t, 4096> scratch{};
  for (;;) {
    const Result<std::size_t> count = co_await read_some(scratch, until);
    if (!count || *count == 0 || until.passed()) {
      co_return;
    }
  }
}

void TcpSocket::abort() noexcept {
  shared_->close();
}

std::chrono::microseconds TcpSocket::smoothed_rtt() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(shared_->socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return std::chrono::microseconds(0);
  }
  return std::chrono::microseconds(info.tcpi_rtt);
}

}  // namespace tercet
