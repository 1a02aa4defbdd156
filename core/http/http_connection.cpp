#include "core/http/http_connection.h"

#include <cstring>

#include "core/async/deadline.h"
#include "core/time/executor_clock.h"

namespace tercet {
namespace {

constexpr std::size_t kInputBytes = 16 * 1024;
constexpr Milliseconds kLinger{1000};
constexpr unsigned kRequestTimeout = 408;

}  // namespace

HttpConnection::HttpConnection(const asio::any_io_executor& executor,
                               HttpConnectionShared& shared,
                               std::unique_ptr<ByteStream> stream)
    : executor_(executor),
      clock_(clock_of(executor)),
      shared_(shared),
      stream_(std::move(stream)),
      parser_(shared.options.limits),
      first_until_(Deadline::in(clock_, shared.options.first_limit)),
      reading_(executor),
      working_(executor) {}

Task<void> HttpConnection::run() {
  wait_for_client();
  for (;;) {
    const Next next = co_await next_request();
    if (next == Next::ended) {
      break;
    }
    if (next == Next::refused) {
      ++shared_.counts.refused;
      co_await refuse(parser_.refusal_status());
      break;
    }
    ++shared_.counts.requests;
    const bool wanted = parser_.keep_alive();
    HttpRequest request = parser_.take();
    request.arrival = arrival();
    head_until_.reset();
    body_until_.reset();
    first_ = false;
    seat_.reset();
    const bool head_request = request.method == "HEAD";
    HttpResponse response = co_await handle(std::move(request));
    if (client_gone_) {
      ++shared_.counts.abandoned;
      break;
    }
    proven_ = proven_ || !shared_.options.proof_needed || response.proves_client;
    wait_for_client();  // for it to take the answer, and then to ask again
    const bool keep = wanted && !response.close && !finishing_ && !shared_.draining;
    const Status sent = co_await answer(std::move(response), keep, head_request);
    if (!sent || !keep) {
      break;
    }
  }
  const Deadline linger = Deadline::in(clock_, kLinger);
  co_await stream_->close(linger);
}

void HttpConnection::finish_soon() {
  finishing_ = true;
  if (idle_) {
    stream_->abort();
  }
}

Task<HttpConnection::Next> HttpConnection::next_request() {
  for (;;) {
    if (begin_ < end_) {
      consume(parser_.feed(ByteView(input_).subspan(begin_, end_ - begin_)));
    }
    switch (parser_.state()) {
      case HttpRequestParser::State::complete:
        co_return Next::request;
      case HttpRequestParser::State::refused:
        co_return Next::refused;
      case HttpRequestParser::State::start:
      case HttpRequestParser::State::head:
      case HttpRequestParser::State::body:
        break;
    }
    if (reading_ended_ || finishing_) {
      co_return Next::ended;
    }
    if (parser_.take_expect_continue()) {
      const Deadline write_until = Deadline::in(clock_, shared_.options.write_limit);
      const ByteView go_on = as_bytes("HTTP/1.1 100 Continue\r\n\r\n");
      const Status sent = co_await stream_->write_all(go_on, write_until);
      if (!sent) {
        co_return Next::ended;
      }
    }
    const HttpRequestParser::State waiting_in = parser_.state();
    const Deadline until = limit_for(waiting_in);
    idle_ = waiting_in == HttpRequestParser::State::start;
    Status filled = ok_status();
    if (idle_) {
      filled = co_await wait_idle(until);
    }
    if (filled) {
      // What has begun to come, be it a byte, has the time of a head.
      const Deadline head_until = limit_for(HttpRequestParser::State::head);
      const Deadline fill_until = idle_ ? head_until.earlier_of(until) : until;
      filled = co_await fill(fill_until);
    }
    idle_ = false;
    if (!filled) {
      if (filled.error().code() == Errc::timeout) {
        co_await give_up(waiting_in);
      }
      co_return Next::ended;
    }
  }
}

/// Nothing came in time.
Task<void> HttpConnection::give_up(HttpRequestParser::State waiting_in) {
  if (waiting_in != HttpRequestParser::State::start) {
    ++shared_.counts.timed_out;
    co_await refuse(kRequestTimeout);
  } else if (first_) {
    ++shared_.counts.silent;
  }
}

/// From now until the next request is there the connection makes room for others if need be.
void HttpConnection::wait_for_client() {
  seat_.emplace(shared_.waiting_room,
                proven_ ? WaitingRoom::Kind::known : WaitingRoom::Kind::stranger,
                *stream_);
}

/// Between requests nothing is kept for the connection that it does not need.
Task<Status> HttpConnection::wait_idle(Deadline until) {
  if (begin_ == end_) {
    input_ = Bytes();
    begin_ = 0;
    end_ = 0;
  }
  return stream_->wait_readable(until);
}

Deadline HttpConnection::limit_for(HttpRequestParser::State state) {
  const Deadline of_state = limit_in(state);
  return first_ ? of_state.earlier_of(first_until_) : of_state;
}

Deadline HttpConnection::limit_in(HttpRequestParser::State state) {
  switch (state) {
    case HttpRequestParser::State::head:
      if (!head_until_) {
        head_until_ = Deadline::in(clock_, shared_.options.header_limit);
      }
      return *head_until_;
    case HttpRequestParser::State::body:
      if (!body_until_) {
        body_until_ = Deadline::in(clock_, shared_.options.body_limit);
      }
      return *body_until_;
    default:
      return Deadline::in(clock_, shared_.options.idle_limit);
  }
}

Task<Status> HttpConnection::fill(Deadline until) {
  if (input_.empty()) {
    input_.resize(kInputBytes);
  }
  if (begin_ == end_) {
    begin_ = 0;
    end_ = 0;
  } else if (end_ == input_.size()) {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const MutableByteView room = MutableByteView(input_).subspan(end_);
  Result<std::size_t> count = co_await stream_->read_some(room, until);
  if (!count) {
    co_return std::move(count).error();
  }
  if (*count == 0) {
    reading_ended_ = true;
    co_return Error(Errc::link_closed, "HTTP: the client ended the connection");
  }
  end_ += *count;
  co_return ok_status();
}

/// What was parsed may have held a plaintext (rule S4).
void HttpConnection::consume(std::size_t count) {
  wipe(input_.data() + begin_, count);
  begin_ += count;
}

HttpArrival HttpConnection::arrival() {
  HttpArrival out;
  out.remote_address = stream_->remote_address();
  out.tls = stream_->tls_info();
  out.received = clock_.now();
  out.connection_setup = first_ ? stream_->setup_time() : Milliseconds(0);
  out.smoothed_rtt = stream_->smoothed_rtt();
  return out;
}

Task<HttpResponse> HttpConnection::handle(HttpRequest request) {
  std::optional<HttpResponse> response;
  working_.spawn(handle_into(std::move(request), response));
  if (working_.running() > 0 && !response) {
    reading_.spawn(watch_client());
    co_await working_.join();
    reading_.cancel();
    co_await reading_.join();
  }
  if (!response) {
    client_gone_ = true;  // cancelled before it began
    co_return HttpResponse(500);
  }
  co_return std::move(*response);
}

Task<void> HttpConnection::handle_into(HttpRequest request,
                                       std::optional<HttpResponse>& into) const {
  Task<HttpResponse> work = shared_.handler(std::move(request));
  HttpResponse response = co_await std::move(work);
  into.emplace(std::move(response));
}

Task<void> HttpConnection::watch_client() {
  // A full buffer of pipelined requests is proof enough that the client is there.
  while (!reading_ended_ && end_ - begin_ < kInputBytes) {
    const Deadline never = Deadline::never();
    const Status filled = co_await fill(never);
    if (filled) {
      continue;
    }
    if (filled.error().code() != Errc::closed) {
      reading_ended_ = true;
      client_gone_ = true;
      working_.cancel();
    }
    co_return;
  }
}

Task<Status> HttpConnection::answer(HttpResponse response, bool keep, bool head_request) {
  const Bytes wire = encode_response(response, keep, head_request, shared_.date.now());
  const Deadline until = Deadline::in(clock_, shared_.options.write_limit);
  co_return co_await stream_->write_all(wire, until);
}

Task<void> HttpConnection::refuse(unsigned status) {
  HttpResponse response(status);
  const Status sent = co_await answer(std::move(response), false, false);
  static_cast<void>(sent);  // it is closed next, whether the client heard or not
}

}  // namespace tercet
