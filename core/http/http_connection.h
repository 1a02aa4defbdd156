#pragma once

#include <memory>
#include <optional>

#include "core/async/event.h"
#include "core/async/task_group.h"
#include "core/http/http_codec.h"
#include "core/http/http_date.h"
#include "core/http/http_server.h"
#include "core/net/byte_stream.h"
#include "core/net/waiting_room.h"

namespace tercet {

/// What all connections of one server share; outlives them.
class HttpConnectionShared {
 public:
  HttpConnectionShared(HttpServerOptions server_options,
                       HttpHandler request_handler,
                       WaitingRoom& waiting)
      : options(std::move(server_options)),
        handler(std::move(request_handler)),
        waiting_room(waiting) {}

  HttpServerOptions options;
  HttpHandler handler;
  WaitingRoom& waiting_room;
  HttpServerCounts counts;
  HttpDate date;
  bool draining = false;
  bool stopping = false;
};

/// One connection of the HTTP server, from the first byte to the close.
/// While a request is handled the connection reads on: it learns that the client is gone, and
/// pipelined requests wait in the (bounded) buffer.
class HttpConnection {
 public:
  HttpConnection(const asio::any_io_executor& executor,
                 HttpConnectionShared& shared,
                 std::unique_ptr<ByteStream> stream);

  Task<void> run();

  /// No further request: an idle connection ends now, a busy one after its answer.
  void finish_soon();

  /// Whether a request has come, whole, on this connection.
  bool has_served() const { return !first_; }

  void abort() { stream_->abort(); }

  std::shared_ptr<const TlsInfo> tls_info() const { return stream_->tls_info(); }

 private:
  enum class Next : std::uint8_t { request, refused, ended };

  Task<Next> next_request();
  void wait_for_client();
  Task<Status> wait_idle(Deadline until);
  Task<Status> fill(Deadline until);
  Task<HttpResponse> handle(HttpRequest request);
  Task<void> handle_into(HttpRequest request, std::optional<HttpResponse>& into) const;
  Task<void> watch_client();
  Task<Status> answer(HttpResponse response, bool keep, bool head_request);
  Task<void> give_up(HttpRequestParser::State waiting_in);
  Task<void> refuse(unsigned status);
  HttpArrival arrival();
  Deadline limit_for(HttpRequestParser::State state);
  Deadline limit_in(HttpRequestParser::State state);
  void consume(std::size_t count);

  asio::any_io_executor executor_;
  const Clock& clock_;
  HttpConnectionShared& shared_;
  std::unique_ptr<ByteStream> stream_;
  HttpRequestParser parser_;
  Bytes input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool first_ = true;
  Deadline first_until_;
  bool proven_ = false;                    ///< the client has shown who it is
  std::optional<WaitingRoom::Seat> seat_;  ///< but while a request is handled
  bool reading_ended_ = false;
  bool client_gone_ = false;
  bool idle_ = false;
  bool finishing_ = false;
  std::optional<Deadline> head_until_;
  std::optional<Deadline> body_until_;
  TaskGroup reading_;
  TaskGroup working_;
};

}  // namespace tercet
