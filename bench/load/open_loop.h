#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/latency.h"
#include "bench/load/schedule.h"
#include "bench/load/workload.h"
#include "bench/load/xks_signer.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/base/result.h"
#include "core/http/http_client.h"

namespace tercet::bench {

/// What came of the requests of one phase.
class Outcome {
 public:
  Outcome() = default;
  std::size_t sent = 0;  ///< on schedule; those that never got a connection included
  std::size_t ok = 0;
  std::map<std::string, std::size_t> errors;
  LatencySamples latency;   ///< until the answer, error answers too, or until it was given up
  LatencySamples send_lag;  ///< from the intended to the true moment of sending
  Nanoseconds took{0};      ///< from the first intended moment to the last answer
};

/// Sends the calls of a workload on a fixed schedule over kept connections. A request whose moment
/// has come while all connections are busy waits for the first free one; its latency counts all
/// along. Threads: one executor. Lifetime: no run under way at destruction.
class OpenLoop {
 public:
  /// Makes one HTTPS connection after `connect`.
  OpenLoop(std::vector<std::unique_ptr<HttpClient>> connections,
           XksSigner& signer,
           Workload& workload,
           Milliseconds timeout);
  ~OpenLoop();

  /// Opens every connection with a GetHealthStatus. Errors: those of the connection; wrong_state if
  /// the proxy does not answer 200.
  Task<Status> connect();
  /// `count` calls, one after the other. Errors: wrong_state if most of them fail.
  Task<Status> prime(std::size_t count);
  /// The open loop. Ends when every request was answered or given up.
  Task<Outcome> run(asio::any_io_executor executor, Schedule schedule);

 private:
  /// One request of the schedule.
  class Arrival {
   public:
    explicit Arrival(SteadyTime moment) : intended(moment) {}

    SteadyTime intended;
  };

  class Phase;

  /// Serves `arrival` on the connection, then what waits meanwhile.
  Task<void> serve(Phase& phase, HttpClient& connection, Arrival arrival);
  Task<void> send_one(Phase& phase, HttpClient& connection, Arrival arrival);

  std::vector<std::unique_ptr<HttpClient>> connections_;
  std::vector<HttpClient*> idle_;
  std::deque<Arrival> waiting_;
  XksSigner& signer_;
  Workload& workload_;
  Milliseconds timeout_;
};

/// So many clients of one connection each. Errors: config_error.
Result<std::vector<std::unique_ptr<HttpClient>>> make_connections(
    const asio::any_io_executor& executor, const ClusterFile& cluster, std::size_t count);

}  // namespace tercet::bench
