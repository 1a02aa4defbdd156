#include "core/net/tls_stream.h"

#include <algorithm>

#include <openssl/x509v3.h>

#include "core/async/deadline.h"
#include "core/async/event.h"
#include "core/net/tls_peer_check.h"
#include "core/net/tls_session.h"
#include "core/time/executor_clock.h"

namespace tercet {
namespace {

using detail::TlsSession;

constexpr std::size_t kWriteChunkBytes = 64 * 1024;
constexpr Milliseconds kAlertLinger{1000};

class TlsStream final : public TlsAcceptor {
 public:
  TlsStream(asio::ip::tcp::socket socket, TlsServerContext context)
      : clock_(clock_of(socket.get_executor())),
        accepted_(clock_.now()),
        flushed_(socket.get_executor()),
        socket_(std::move(socket)),
        server_(std::move(context)),
        session_(server_->native(), true) {
    detail::set_peer_check(session_.native(), server_->peer_check());
  }

  TlsStream(asio::ip::tcp::socket socket, TlsClientContext context, std::optional<TlsPeer> peer)
      : clock_(clock_of(socket.get_executor())),
        accepted_(clock_.now()),
        flushed_(socket.get_executor()),
        socket_(std::move(socket)),
        client_(std::move(context)),
        session_(client_->native(), false) {
    if (peer) {
      own_check_.only_peers = true;
      own_check_.peers.push_back(std::move(*peer));
    }
    detail::set_peer_check(session_.native(), &own_check_);
  }

  bool expect_host(const std::string& host_name) {
    // The macro for this casts in the old style.
    std::string sni = host_name;
    return SSL_ctrl(session_.native(),
                    SSL_CTRL_SET_TLSEXT_HOSTNAME,
                    TLSEXT_NAMETYPE_host_name,
                    sni.data()) == 1 &&
           SSL_set1_host(session_.native(), host_name.c_str()) == 1;
  }

  Task<Status> handshake(Deadline until) override {
    for (;;) {
      const TlsSession::Step step = session_.handshake();
      TERCET_CO_TRY_STATUS(co_await flush(until));
      if (step == TlsSession::Step::done) {
        break;
      }
      if (step != TlsSession::Step::want_input) {
        socket_.shutdown_send();
        const Deadline linger = Deadline::in(clock_, kAlertLinger).earlier_of(until);
        co_await socket_.drain(linger);
        co_return Error(session_.failure());
      }
      TERCET_CO_TRY_STATUS(co_await more_input(until));
    }
    info_ = std::make_shared<const TlsInfo>(session_.describe());
    name_ = info_->peer_verified && !info_->common_name.empty() ? info_->common_name
                                                                : socket_.remote_address();
    setup_ = std::chrono::ceil<Milliseconds>(clock_.now() - accepted_);
    co_return ok_status();
  }

  Task<Result<std::size_t>> read_some(MutableByteView into, Deadline until) override {
    for (;;) {
      std::size_t count = 0;
      const TlsSession::Step step = session_.read(into, count);
      switch (step) {
        case TlsSession::Step::done:
          co_return count;
        case TlsSession::Step::ended:
          co_return std::size_t(0);
        case TlsSession::Step::failed:
          socket_.abort();
          co_return Error(session_.failure());
        case TlsSession::Step::want_input:
          break;
      }
      if (!session_.outgoing().empty() && !flushing_) {
        TERCET_CO_TRY_STATUS(co_await flush(until));  // an answer to a key update
      }
      TERCET_CO_TRY_STATUS(co_await more_input(until));
    }
  }

  Task<Status> wait_readable(Deadline until) override {
    if (session_.holds_input()) {
      return ready();
    }
    session_.give_input_back();
    return socket_.wait_readable(until);
  }

  Task<Status> write_all(ByteView from, Deadline until) override {
    while (!from.empty()) {
      const ByteView chunk = from.first(std::min(from.size(), kWriteChunkBytes));
      if (session_.write(chunk) != TlsSession::Step::done) {
        socket_.abort();
        co_return Error(Errc::link_closed, "TLS: cannot write");
      }
      from = from.subspan(chunk.size());
      TERCET_CO_TRY_STATUS(co_await flush(until));
    }
    co_return ok_status();
  }

  Task<void> close(Deadline until) override {
    session_.end();
    const Status said = co_await flush(until);
    if (said) {
      socket_.shutdown_send();
      co_await socket_.drain(until);
    }
    socket_.abort();
  }

  void abort() noexcept override { socket_.abort(); }

  const std::string& peer_name() const override { return name_; }

  std::shared_ptr<const TlsInfo> tls_info() const override { return info_; }

  const std::string& remote_address() const override { return socket_.remote_address(); }

  std::chrono::microseconds smoothed_rtt() const override { return socket_.smoothed_rtt(); }

  Milliseconds setup_time() const override { return server_ ? setup_ : Milliseconds(0); }

 private:
  static Task<Status> ready() { co_return ok_status(); }

  /// Sends what TLS has ready. Reader and writer may both come here; the first one sends for both.
  Task<Status> flush(Deadline until) {
    while (flushing_) {
      TERCET_CO_TRY_STATUS(co_await flushed_.wait_until(until));
    }
    if (session_.outgoing().empty()) {
      co_return ok_status();
    }
    flushing_ = true;
    flushed_.reset();
    Status sent = ok_status();
    while (sent && !session_.outgoing().empty()) {
      sending_.clear();
      sending_.swap(session_.outgoing());
      sent = co_await socket_.write_all(sending_, until);
    }
    flushing_ = false;
    flushed_.set();
    co_return sent;
  }

  Task<Status> more_input(Deadline until) {
    const MutableByteView room = session_.input_room();
    TERCET_CO_TRY(const std::size_t count, co_await socket_.read_some(room, until));
    if (count == 0) {
      co_return Error(Errc::link_closed, "TLS: the peer went away without its closing message");
    }
    session_.input_added(count);
    co_return ok_status();
  }

  const Clock& clock_;
  SteadyTime accepted_;
  Event flushed_;
  TcpSocket socket_;
  std::optional<TlsServerContext> server_;
  std::optional<TlsClientContext> client_;
  detail::PeerCheck own_check_;
  TlsSession session_;
  std::vector<std::uint8_t> sending_;
  bool flushing_ = false;
  std::shared_ptr<const TlsInfo> info_;
  std::string name_;
  Milliseconds setup_{0};
};

}  // namespace

std::unique_ptr<TlsAcceptor> make_tls_acceptor(asio::ip::tcp::socket socket,
                                               TlsServerContext context) {
  return std::make_unique<TlsStream>(std::move(socket), std::move(context));
}

Task<Result<std::unique_ptr<ByteStream>>> start_tls(asio::ip::tcp::socket socket,
                                                    TlsClientContext context,
                                                    std::string host_name,
                                                    std::optional<TlsPeer> peer,
                                                    Deadline until) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context), std::move(peer));
  if (!host_name.empty() && !stream->expect_host(host_name)) {
    co_return Error(Errc::config_error, "TLS: host name cannot be used");
  }
  TERCET_CO_TRY_STATUS(co_await stream->handshake(until));
  co_return std::unique_ptr<ByteStream>(std::move(stream));
}

}  // namespace tercet
