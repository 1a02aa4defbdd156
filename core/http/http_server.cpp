#include "core/http/http_server.h"

#include <list>

#include "core/async/deadline.h"
#include "core/async/event.h"
#include "core/http/http_connection.h"

namespace tercet {
namespace {

class ServerOnListener final : public HttpServer {
 public:
  ServerOnListener(const asio::any_io_executor& executor,
                   std::unique_ptr<Listener> listener,
                   HttpServerOptions options,
                   HttpHandler handler)
      : executor_(executor),
        listener_(std::move(listener)),
        shared_(std::move(options), std::move(handler), listener_->waiting_room()),
        finished_(executor) {}

  std::uint16_t port() const override { return listener_->port(); }

  Task<void> run() override {
    ConnectionHandler on_connection = [this](std::unique_ptr<ByteStream> stream) {
      return serve(std::move(stream));
    };
    co_await listener_->run(std::move(on_connection));
    finished_.set();
  }

  void begin_drain() override { shared_.draining = true; }

  Task<void> stop(Deadline until) override {
    shared_.draining = true;
    listener_->stop_accepting();
    for (HttpConnection* connection : connections_) {
      // A new connection's first request may be on its way: it has until `until`.
      if (connection->has_served()) {
        connection->finish_soon();
      }
    }
    const Status all_done = co_await finished_.wait_until(until);
    if (!all_done) {
      close();
    }
  }

  void close() override {
    for (HttpConnection* connection : connections_) {
      connection->abort();
    }
    listener_->close();
  }

  void close_unless(const std::function<bool(const TlsInfo*)>& admitted) override {
    for (HttpConnection* connection : connections_) {
      const std::shared_ptr<const TlsInfo> info = connection->tls_info();
      if (!admitted(info.get())) {
        connection->finish_soon();
      }
    }
  }

  std::size_t open_connections() const override { return listener_->open_connections(); }

  const HttpServerCounts& counts() const override { return shared_.counts; }

  Listener& listener() override { return *listener_; }

 private:
  Task<void> serve(std::unique_ptr<ByteStream> stream) {
    HttpConnection connection(executor_, shared_, std::move(stream));
    const auto entry = connections_.insert(connections_.end(), &connection);
    co_await connection.run();
    connections_.erase(entry);
  }

  asio::any_io_executor executor_;
  std::unique_ptr<Listener> listener_;
  HttpConnectionShared shared_;
  std::list<HttpConnection*> connections_;
  Event finished_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::bind(const asio::any_io_executor& executor,
                                                     HttpServerOptions options,
                                                     HttpHandler handler) {
  TERCET_TRY(std::unique_ptr<Listener> listener, Listener::bind(executor, options.listener));
  return std::unique_ptr<HttpServer>(std::make_unique<ServerOnListener>(
      executor, std::move(listener), std::move(options), std::move(handler)));
}

}  // namespace tercet
