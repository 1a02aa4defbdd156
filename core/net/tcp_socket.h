#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet {

/// A connected TCP socket with deadlines; what both byte streams stand on. Only core/net sees it.
/// A deadline costs no timer operation in the steady state: the timer of each direction runs on
/// and looks, when it fires, whether the operation then under way is late.
/// Threads: one executor. Rules of ByteStream hold.
class TcpSocket {
 public:
  /// Sets TCP_NODELAY, keep-alive (60 s idle, 3 probes, 1 s apart: XKS reference 4), and that what
  /// is not acknowledged within 10 s ends the connection.
  explicit TcpSocket(asio::ip::tcp::socket socket);
  ~TcpSocket();
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  Task<Result<std::size_t>> read_some(MutableByteView into, Deadline until);
  /// Also when the peer has ended its side.
  Task<Status> wait_readable(Deadline until);
  Task<Status> write_all(ByteView from, Deadline until);
  void shutdown_send() noexcept;
  /// Reads and drops until the peer ends its side, `until`, or an error.
  Task<void> drain(Deadline until);
  void abort() noexcept;

  const std::string& remote_address() const { return remote_; }

  std::chrono::microseconds smoothed_rtt() const;

 private:
  class Shared;

  std::shared_ptr<Shared> shared_;
  std::string remote_;
};

}  // namespace tercet
