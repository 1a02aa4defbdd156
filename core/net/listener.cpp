#include "core/net/listener.h"

#include <map>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"
#include "core/async/task_group.h"
#include "core/net/connector.h"
#include "core/net/plain_stream.h"
#include "core/net/tls_stream.h"

namespace tercet {
namespace {

using asio::ip::tcp;

constexpr Milliseconds kExhaustedPause{100};

bool out_of_resources(const boost::system::error_code& failed) {
  return failed == boost::system::errc::too_many_files_open ||
         failed == boost::system::errc::too_many_files_open_in_system ||
         failed == boost::system::errc::no_buffer_space ||
         failed == boost::system::errc::not_enough_memory;
}

using AddressCounts = std::map<asio::ip::address, std::size_t>;

/// One connection's place in the count of its address, as long as the connection lives.
class Seat {
 public:
  Seat(AddressCounts& counts, const asio::ip::address& address)
      : counts_(&counts), place_(counts.try_emplace(address, 0).first) {
    ++place_->second;
  }

  Seat(Seat&& other) noexcept
      : counts_(std::exchange(other.counts_, nullptr)), place_(other.place_) {}

  Seat& operator=(Seat&&) = delete;

  ~Seat() {
    if (counts_ != nullptr && --place_->second == 0) {
      counts_->erase(place_);
    }
  }

 private:
  AddressCounts* counts_;
  AddressCounts::iterator place_;
};

class TcpListener final : public Listener {
 public:
  TcpListener(const asio::any_io_executor& executor, ListenerOptions options)
      : options_(std::move(options)), acceptor_(executor), connections_(executor) {}

  Status open(const HostPort& address) {
    boost::system::error_code failed;
    const auto host = asio::ip::make_address(address.host, failed);
    if (failed) {
      return Error(Errc::config_error, "listen: the address needs a literal IP address")
          .hint("for example 127.0.0.1:8443 or [::]:8443");
    }
    const tcp::endpoint endpoint(host, address.port);
    acceptor_.open(endpoint.protocol(), failed);
    if (!failed) {
      acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    }
    if (!failed) {
      acceptor_.bind(endpoint, failed);
    }
    if (!failed) {
      acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    }
    if (failed) {
      return Error(Errc::io_error, "listen: cannot bind " + options_.address)
          .hint("is the port in use, or below 1024 without the right to it?");
    }
    const tcp::endpoint bound = acceptor_.local_endpoint(failed);
    port_ = bound.port();
    const std::string text = bound.address().to_string();
    address_ = (bound.address().is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(port_);
    return ok_status();
  }

  std::uint16_t port() const override { return port_; }

  std::string address() const override { return address_; }

  Task<void> run(ConnectionHandler handler) override {
    handler_ = std::move(handler);
    for (;;) {
      const bool ending = co_await cancelled();
      if (ending) {
        close();
      }
      if (!acceptor_.is_open()) {
        break;
      }
      auto [failed, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (!failed) {
        take(std::move(socket));
      } else if (out_of_resources(failed)) {
        ++counts_.accept_errors;
        const Status slept = co_await sleep_for(kExhaustedPause);
        static_cast<void>(slept);  // the loop's head looks for cancellation
      }
    }
    co_await connections_.join();
  }

  void stop_accepting() override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }

  void close() override {
    stop_accepting();
    connections_.close();
  }

  std::size_t open_connections() const override { return connections_.running(); }

  const ListenerCounts& counts() const override { return counts_; }

  WaitingRoom& waiting_room() override { return waiting_room_; }

 private:
  void take(tcp::socket socket) {
    boost::system::error_code failed;
    const asio::ip::address from = socket.remote_endpoint(failed).address();
    if (is_crowded(from)) {
      ++counts_.refused_crowded;
      return;  // closes the socket
    }
    if (connections_.running() >= options_.connections_max) {
      if (!waiting_room_.end_one()) {
        ++counts_.refused_full;
        return;
      }
      ++counts_.made_room;
    }
    ++counts_.accepted;
    connections_.spawn(serve(std::move(socket), Seat(by_address_, from)));
  }

  bool is_crowded(const asio::ip::address& from) const {
    const auto found = by_address_.find(from);
    return options_.connections_per_address_max > 0 && found != by_address_.end() &&
           found->second >= options_.connections_per_address_max;
  }

  Task<void> serve(tcp::socket socket, Seat /*until the end*/) {
    if (!options_.tls) {
      std::unique_ptr<ByteStream> plain = make_plain_stream(std::move(socket));
      co_await handler_(std::move(plain));
      co_return;
    }
    boost::system::error_code failed;
    const tcp::endpoint remote = socket.remote_endpoint(failed);
    const Deadline until = co_await deadline_in(options_.handshake_limit);
    TlsServerContext context = options_.tls->current();
    std::unique_ptr<TlsAcceptor> stream = make_tls_acceptor(std::move(socket), std::move(context));
    std::optional<WaitingRoom::Seat> waiting;
    waiting.emplace(waiting_room_, WaitingRoom::Kind::stranger, *stream);
    const Status shaken = co_await stream->handshake(until);
    const bool made_room = waiting->ended();
    waiting.reset();
    if (made_room) {
      co_return;  // counted already
    }
    if (!shaken) {
      ++counts_.handshakes_failed;
      if (on_handshake_failure) {
        on_handshake_failure(failed ? "unknown" : remote.address().to_string(), shaken.error());
      }
      co_return;
    }
    co_await handler_(std::move(stream));
  }

  ListenerOptions options_;
  tcp::acceptor acceptor_;
  WaitingRoom waiting_room_;
  AddressCounts by_address_;
  TaskGroup connections_;
  ConnectionHandler handler_;
  ListenerCounts counts_;
  std::uint16_t port_ = 0;
  std::string address_;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::bind(const asio::any_io_executor& executor,
                                                 ListenerOptions options) {
  TERCET_TRY(const HostPort address, HostPort::parse(options.address));
  auto listener = std::make_unique<TcpListener>(executor, std::move(options));
  TERCET_TRY_STATUS(listener->open(address));
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace tercet
