#include "tests/kms/xks_transport.h"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async/deadline.h"
#include "core/async/event.h"
#include "core/async/task_group.h"
#include "core/http/http_codec.h"
#include "core/net/connector.h"
#include "core/net/tls_stream.h"

namespace tercet::kms {
namespace {

using asio::ip::tcp;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr Milliseconds kIdleMax{300'000};  // below the proxy's 600 s

class Socket {
 public:
  explicit Socket(tcp::socket connected) : socket(std::move(connected)) {}

  tcp::socket socket;
};

/// A look-up that nobody may wait for any more: getaddrinfo cannot be cancelled.
class LookUp {
 public:
  explicit LookUp(const asio::any_io_executor& executor) : done(executor) {}

  Event done;
  std::vector<tcp::endpoint> endpoints;
};

Task<void> look_up(asio::any_io_executor executor, HostPort name, std::shared_ptr<LookUp> into) {
  tcp::resolver resolver(executor);
  const std::string port = std::to_string(name.port);
  auto [failed, found] =
      co_await resolver.async_resolve(name.host, port, asio::as_tuple(asio::use_awaitable));
  if (!failed) {
    for (const auto& entry : found) {
      into->endpoints.push_back(entry.endpoint());
    }
  }
  into->done.set();
}

Task<std::vector<tcp::endpoint>> endpoints_of(asio::any_io_executor executor,
                                              std::string address,
                                              Deadline until) {
  const Result<HostPort> parsed = HostPort::parse(address);
  if (!parsed) {
    co_return std::vector<tcp::endpoint>();
  }
  boost::system::error_code not_literal;
  const asio::ip::address literal = asio::ip::make_address(parsed->host, not_literal);
  if (!not_literal) {
    co_return std::vector<tcp::endpoint>(1, tcp::endpoint(literal, parsed->port));
  }
  const auto found = std::make_shared<LookUp>(executor);
  HostPort name = *parsed;
  spawn_owned(executor, look_up(executor, std::move(name), found));
  const Status done = co_await found->done.wait_until(until);
  co_return done ? found->endpoints : std::vector<tcp::endpoint>();
}

Task<Result<Socket>> connect_one(asio::any_io_executor executor, tcp::endpoint endpoint) {
  tcp::socket socket(executor);
  auto [failed] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  if (failed) {
    co_return Error(Errc::link_closed, "connect to the proxy: refused or unreachable");
  }
  co_return Socket(std::move(socket));
}

/// A refusal of our client certificate arrives, in TLS 1.3, as an alert at the first read.
bool is_tls_alert(const Error& error) {
  return error.what().starts_with("TLS:") && error.what().find("alert") != std::string::npos;
}

}  // namespace

XksEndpoint XksEndpoint::of(const std::string& url,
                            const std::map<std::string, std::string>& connect_to) {
  constexpr std::string_view kScheme = "https://";
  XksEndpoint out;
  out.host = url.starts_with(kScheme) ? url.substr(kScheme.size()) : url;
  const std::size_t colon = out.host.find(':');
  out.host_name = out.host.substr(0, colon);
  out.address = colon == std::string::npos ? out.host + ":443" : out.host;
  if (const auto found = connect_to.find(out.address); found != connect_to.end()) {
    out.address = found->second;
  }
  return out;
}

XksTransport::XksTransport(asio::any_io_executor executor, TlsClientContext tls)
    : executor_(std::move(executor)), tls_(std::move(tls)) {}

XksTransport::~XksTransport() = default;

/// The one used last: it is the least likely to be dead.
std::unique_ptr<ByteStream> XksTransport::take_idle(Pool& pool) {
  const SteadyTime oldest = real_clock().now() - kIdleMax;
  while (!pool.empty() && pool.front().since < oldest) {
    pool.pop_front();
  }
  if (pool.empty()) {
    return nullptr;
  }
  std::unique_ptr<ByteStream> stream = std::move(pool.back().stream);
  pool.pop_back();
  return stream;
}

Task<XksReply> XksTransport::send(XksEndpoint endpoint, HttpRequest request, Deadline until) {
  const Result<Bytes> wire = encode_request(request);
  if (!wire) {
    co_return XksReply(XksProblem::unreachable);
  }
  Pool& pool = pools_[endpoint.address + " " + endpoint.host_name];
  bool answered = false;
  std::unique_ptr<ByteStream> kept = take_idle(pool);
  if (kept != nullptr) {
    XksReply reply = co_await exchange(std::move(kept), *wire, pool, until, answered);
    const bool abandoned = co_await cancelled();
    if (answered || abandoned || reply.problem != XksProblem::unreachable) {
      co_return reply;
    }
    pool.clear();  // the proxy has dropped one; the others are likely gone too
  }
  Opened opened = co_await open(std::move(endpoint), until);
  if (opened.stream == nullptr) {
    co_return XksReply(opened.problem);
  }
  co_return co_await exchange(std::move(opened.stream), *wire, pool, until, answered);
}

Task<XksTransport::Opened> XksTransport::open(XksEndpoint endpoint, Deadline until) {
  const std::vector<tcp::endpoint> addresses =
      co_await endpoints_of(executor_, endpoint.address, until);
  for (const tcp::endpoint& address : addresses) {
    Task<Result<Socket>> connecting = connect_one(executor_, address);
    Result<Socket> connected = co_await with_deadline(std::move(connecting), until);
    if (!connected) {
      continue;
    }
    std::optional<TlsPeer> nobody;
    Result<std::unique_ptr<ByteStream>> secured = co_await start_tls(
        std::move(connected.value().socket), tls_, endpoint.host_name, std::move(nobody), until);
    if (!secured) {
      co_return Opened(secured.error().code() == Errc::timeout ? XksProblem::timed_out
                                                               : XksProblem::no_tls);
    }
    std::unique_ptr<ByteStream> stream = std::move(secured).value();
    SeenCertificate& seen = certificates_[endpoint.host_name];
    seen.common_name = stream->tls_info()->common_name;
    seen.expires_unix = stream->tls_info()->peer_expires_unix;
    co_return Opened(std::move(stream));
  }
  co_return Opened(XksProblem::unreachable);
}

Task<XksReply> XksTransport::exchange(std::unique_ptr<ByteStream> stream,
                                      const Bytes& wire,
                                      Pool& pool,
                                      Deadline until,
                                      bool& answered) {
  const auto lost = [](const Error& error) {
    return XksReply(error.code() == Errc::timeout ? XksProblem::timed_out
                    : is_tls_alert(error)         ? XksProblem::no_tls
                                                  : XksProblem::unreachable);
  };
  const Status written = co_await stream->write_all(wire, until);
  if (!written) {
    co_return lost(written.error());
  }
  HttpLimits limits;
  limits.body_bytes = kAnswerBytesMax;
  HttpResponseParser parser(limits, false);
  Bytes buffer(kReadBytes);
  std::size_t surplus = 0;
  while (parser.state() != HttpResponseParser::State::complete) {
    const Result<std::size_t> count = co_await stream->read_some(buffer, until);
    if (!count) {
      co_return lost(count.error());
    }
    if (*count == 0) {
      if (answered && parser.finish()) {
        break;
      }
      co_return XksReply(XksProblem::unreachable);
    }
    answered = true;
    surplus = *count - parser.feed(ByteView(buffer).first(*count));
    if (parser.state() == HttpResponseParser::State::refused) {
      co_return XksReply(XksProblem::malformed);
    }
  }
  HttpResponse response = parser.take();
  if (parser.keep_alive() && surplus == 0) {
    pool.emplace_back(std::move(stream), real_clock().now());
  }
  co_return XksReply(std::move(response));
}

}  // namespace tercet::kms
