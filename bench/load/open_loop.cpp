#include "bench/load/open_loop.h"

#include <algorithm>
#include <utility>

#include "core/async/deadline.h"

namespace tercet::bench {
namespace {

constexpr std::string_view kHealthBody =
    R"({"requestMetadata":{"kmsOperation":"KmsHealthCheck",)"
    R"("kmsRequestId":"00000000-0000-4000-8000-000000000000"}})";
constexpr Milliseconds kConnectLimit{10'000};

std::string name_of(const Error& error) {
  switch (error.code()) {
    case Errc::timeout:
      return "timeout";
    case Errc::link_closed:
    case Errc::closed:
      return "connection";
    default:
      return std::string(errc_name(error.code()));
  }
}

}  // namespace

/// What one run shares with its requests.
class OpenLoop::Phase {
 public:
  explicit Phase(SteadyTime last_moment) : give_up_at(last_moment) {}

  Outcome outcome;
  SteadyTime give_up_at;  ///< what has no connection by then is not sent any more
};

OpenLoop::OpenLoop(std::vector<std::unique_ptr<HttpClient>> connections,
                   XksSigner& signer,
                   Workload& workload,
                   Milliseconds timeout)
    : connections_(std::move(connections)),
      signer_(signer),
      workload_(workload),
      timeout_(timeout) {
  for (const std::unique_ptr<HttpClient>& connection : connections_) {
    idle_.push_back(connection.get());
  }
}

OpenLoop::~OpenLoop() = default;

Task<Status> OpenLoop::connect() {
  for (const std::unique_ptr<HttpClient>& connection : connections_) {
    TERCET_CO_TRY(HttpRequest request, signer_.sign("health", to_bytes(as_bytes(kHealthBody))));
    const Deadline until = Deadline::in(real_clock(), kConnectLimit);
    const Result<HttpResponse> response = co_await connection->send(std::move(request), until);
    if (!response) {
      co_return response.error();
    }
    if (response->status != 200) {
      co_return Error(
          Errc::wrong_state,
          "connect: the proxy answers its health with " + std::to_string(response->status))
          .hint("`tercet status` tells what the cluster lacks");
    }
  }
  co_return ok_status();
}

Task<Status> OpenLoop::prime(std::size_t count) {
  std::size_t failed = 0;
  std::string last_error;
  for (std::size_t i = 0; i < count; ++i) {
    const Call call = workload_.next();
    TERCET_CO_TRY(HttpRequest request, signer_.sign(call.path, call.body));
    const Deadline until = Deadline::in(real_clock(), kConnectLimit);
    HttpClient& connection = *connections_[i % connections_.size()];
    const Result<HttpResponse> response = co_await connection.send(std::move(request), until);
    const std::string error =
        response ? workload_.judge(call, *response) : name_of(response.error());
    if (!error.empty()) {
      ++failed;
      last_error = error;
    }
  }
  if (failed * 2 > count) {
    co_return Error(Errc::wrong_state,
                    "the first requests: most of them fail, the last with " + last_error);
  }
  co_return ok_status();
}

Task<Outcome> OpenLoop::run(asio::any_io_executor executor, Schedule schedule) {
  Phase phase(schedule.end() + timeout_);
  phase.outcome.latency.reserve(schedule.count());
  phase.outcome.send_lag.reserve(schedule.count());
  TaskGroup group(executor);
  for (std::size_t i = 0; i < schedule.count(); ++i) {
    const Arrival arrival(schedule.intended(i));
    const Deadline moment = Deadline::at(real_clock(), arrival.intended);
    if (!moment.passed()) {
      const Status slept = co_await sleep_until(moment);
      if (!slept) {
        break;
      }
    }
    ++phase.outcome.sent;
    if (idle_.empty()) {
      waiting_.push_back(arrival);
      continue;
    }
    HttpClient* connection = idle_.back();
    idle_.pop_back();
    group.spawn(serve(phase, *connection, arrival));
  }
  co_await group.join();
  phase.outcome.took = real_clock().now() - schedule.intended(0);
  co_return std::move(phase.outcome);
}

Task<void> OpenLoop::serve(Phase& phase, HttpClient& connection, Arrival arrival) {
  co_await send_one(phase, connection, arrival);
  while (!waiting_.empty()) {
    const Arrival next = waiting_.front();
    waiting_.pop_front();
    co_await send_one(phase, connection, next);
  }
  idle_.push_back(&connection);
}

Task<void> OpenLoop::send_one(Phase& phase, HttpClient& connection, Arrival arrival) {
  Outcome& outcome = phase.outcome;
  if (const SteadyTime now = real_clock().now(); now > phase.give_up_at) {
    ++outcome.errors["unsent"];
    outcome.latency.add(now - arrival.intended);
    co_return;
  }
  Call call = workload_.next();
  Result<HttpRequest> request = signer_.sign(call.path, std::move(call.body));
  if (!request) {
    ++outcome.errors[name_of(request.error())];
    co_return;
  }
  const SteadyTime began = real_clock().now();
  outcome.send_lag.add(began - arrival.intended);
  const Deadline until = Deadline::at(real_clock(), began + timeout_);
  const Result<HttpResponse> response = co_await connection.send(std::move(request).value(), until);
  const SteadyTime ended = real_clock().now();
  if (!response) {
    ++outcome.errors[name_of(response.error())];
    if (response.error().code() == Errc::timeout) {
      outcome.latency.add(ended - arrival.intended);
    }
    co_return;
  }
  outcome.latency.add(ended - arrival.intended);
  const std::string error = workload_.judge(call, *response);
  if (error.empty()) {
    ++outcome.ok;
  } else {
    ++outcome.errors[error];
  }
}

Result<std::vector<std::unique_ptr<HttpClient>>> make_connections(
    const asio::any_io_executor& executor, const ClusterFile& cluster, std::size_t count) {
  HttpsClientTls files;
  files.ca = cluster.ca_file;
  TERCET_TRY(const TlsClientContext tls, TlsClientContext::for_https(files));
  std::vector<std::unique_ptr<HttpClient>> out;
  for (std::size_t i = 0; i < count; ++i) {
    HttpClientOptions options;
    options.address = cluster.authority();
    options.host_name = options.address.substr(0, options.address.rfind(':'));
    if (options.host_name == "localhost") {  // a development proxy listens on IPv4 only
      options.address.replace(0, options.host_name.size(), "127.0.0.1");
    }
    options.tls = tls;
    options.connections_max = 1;
    out.push_back(HttpClient::make(executor, std::move(options)));
  }
  return out;
}

}  // namespace tercet::bench
