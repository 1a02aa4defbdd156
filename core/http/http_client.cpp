#include "core/http/http_client.h"

#include <deque>

#include "core/async/deadline.h"
#include "core/async/event.h"

namespace tercet {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

class PooledClient final : public HttpClient {
 public:
  PooledClient(const asio::any_io_executor& executor, HttpClientOptions options)
      : options_(std::move(options)), room_(executor) {
    room_.set();
  }

  Task<Result<HttpResponse>> send(HttpRequest request, Deadline until) override {
    if (request.find("Host") == nullptr) {
      request.headers.insert(request.headers.begin(), HttpHeader("Host", host_header()));
    }
    TERCET_CO_TRY(const Bytes wire, encode_request(request));
    const bool head_request = request.method == "HEAD";
    TERCET_CO_TRY_STATUS(co_await enter(until));
    Result<HttpResponse> response = co_await send_once(wire, head_request, until);
    leave();
    co_return response;
  }

  void close_idle() override {
    for (const std::unique_ptr<ByteStream>& stream : idle_) {
      stream->abort();
    }
    idle_.clear();
  }

  std::size_t connections_made() const override { return connections_made_; }

 private:
  std::string host_header() const {
    if (options_.host_name.empty()) {
      return options_.address;
    }
    const Result<HostPort> parsed = HostPort::parse(options_.address);
    const bool usual = parsed && parsed->port == (options_.tls ? 443 : 80);
    return usual || !parsed ? options_.host_name
                            : options_.host_name + ":" + std::to_string(parsed->port);
  }

  Task<Status> enter(Deadline until) {
    while (busy_ >= options_.connections_max) {
      room_.reset();
      TERCET_CO_TRY_STATUS(co_await room_.wait_until(until));
    }
    ++busy_;
    co_return ok_status();
  }

  void leave() {
    --busy_;
    room_.set();
  }

  Task<Result<HttpResponse>> send_once(const Bytes& wire, bool head_request, Deadline until) {
    bool answered = false;
    while (!idle_.empty()) {
      std::unique_ptr<ByteStream> kept = std::move(idle_.back());
      idle_.pop_back();
      Result<HttpResponse> response =
          co_await exchange(std::move(kept), wire, head_request, until, answered);
      if (response || answered || response.error().code() != Errc::link_closed) {
        co_return response;
      }
      close_idle();  // the server has dropped one; the others are likely gone too
    }
    TERCET_CO_TRY(std::unique_ptr<ByteStream> fresh, co_await connect(until));
    ++connections_made_;
    co_return co_await exchange(std::move(fresh), wire, head_request, until, answered);
  }

  Task<Result<std::unique_ptr<ByteStream>>> connect(Deadline until) {
    if (!options_.tls) {
      return connect_tcp(options_.address, until);
    }
    if (options_.pinned_peer) {
      return connect_link(options_.address, *options_.tls, *options_.pinned_peer, until);
    }
    return connect_https(options_.address, *options_.tls, options_.host_name, until);
  }

  Task<Result<HttpResponse>> exchange(std::unique_ptr<ByteStream> stream,
                                      const Bytes& wire,
                                      bool head_request,
                                      Deadline until,
                                      bool& answered) {
    TERCET_CO_TRY_STATUS(co_await stream->write_all(wire, until));
    HttpResponseParser parser(options_.limits, head_request);
    Bytes buffer(kReadBytes);
    std::size_t surplus = 0;
    while (parser.state() != HttpResponseParser::State::complete) {
      TERCET_CO_TRY(const std::size_t count, co_await stream->read_some(buffer, until));
      if (count == 0) {
        if (parser.finish()) {
          break;
        }
        co_return Error(Errc::link_closed, "HTTP: the server ended the connection");
      }
      answered = true;
      surplus = count - parser.feed(ByteView(buffer).first(count));
      if (parser.state() == HttpResponseParser::State::refused) {
        co_return Error(Errc::peer_malformed, "HTTP: the server's answer does not parse");
      }
    }
    HttpResponse response = parser.take();
    if (parser.keep_alive() && surplus == 0) {
      idle_.push_back(std::move(stream));
    } else {
      stream->abort();
    }
    co_return std::move(response);
  }

  HttpClientOptions options_;
  Event room_;
  std::size_t busy_ = 0;
  std::size_t connections_made_ = 0;
  std::deque<std::unique_ptr<ByteStream>> idle_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::make(const asio::any_io_executor& executor,
                                             HttpClientOptions options) {
  return std::make_unique<PooledClient>(executor, std::move(options));
}

}  // namespace tercet
