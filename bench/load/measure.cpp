#include "bench/load/measure.h"

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "bench/load/open_loop.h"
#include "bench/load/workload.h"
#include "bench/load/xks_signer.h"
#include "core/async/block_on.h"
#include "core/async/deadline.h"
#include "core/time/clock.h"

namespace tercet::bench {
namespace {

constexpr Milliseconds kMetricsLimit{5000};
constexpr Milliseconds kStartPause{20};
constexpr Milliseconds kStockPause{200};
constexpr Milliseconds kSteadyFor{2000};
constexpr const char* kStock = "tercet_proxy_stock_vectors";
constexpr const char* kOwnName = "tercet-bench";

/// For people who wait, on standard error.
void say(const char* what, double seconds) {
  std::fprintf(stderr, "tercet-bench: %s %g s\n", what, seconds);
}

std::vector<ProcessEntry> processes_of(const ClusterFile& cluster) {
  std::vector<ProcessEntry> all = cluster.nodes;
  all.insert(all.end(), cluster.proxies.begin(), cluster.proxies.end());
  ProcessEntry own;
  own.name = kOwnName;
  own.pid = ::getpid();
  all.push_back(std::move(own));
  return all;
}

Task<Snapshots> look_at(std::vector<ProcessEntry> processes) {
  Snapshots out;
  for (const ProcessEntry& process : processes) {
    ProcessSnapshot& snapshot = out[process.name];
    if (!process.metrics.empty()) {
      const Deadline until = Deadline::in(real_clock(), kMetricsLimit);
      Result<MetricsPage> page = co_await fetch_metrics(process.metrics, until);
      if (page) {
        snapshot.metrics = std::move(page).value();
      }
    }
    snapshot.processor = processor_time(process.pid);
    snapshot.memory = resident_memory(process.pid);
  }
  co_return out;
}

/// Ahead of other programs, where that is permitted: the clients of a real system are on machines
/// of their own and do not wait for a processor behind it.
bool prefer_us() {
  sched_param first{};
  first.sched_priority = 1;
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  return ::sched_setscheduler(0, SCHED_RR, &first) == 0;
}

/// Waits until the proxies' stock of vectors has stopped growing, so that a run neither lives on
/// what an earlier one left over nor pays for it.
Task<void> settle(std::vector<ProcessEntry> proxies, Deadline until) {
  double most = 0;
  SteadyTime grew_at = real_clock().now();
  while (!until.passed() && real_clock().now() - grew_at < kSteadyFor) {
    double stock = 0;
    for (const ProcessEntry& proxy : proxies) {
      const Deadline limit = Deadline::in(real_clock(), kMetricsLimit);
      const Result<MetricsPage> page = co_await fetch_metrics(proxy.metrics, limit);
      if (!page || !page->all().contains(kStock)) {
        co_return;
      }
      stock += page->value(kStock);
    }
    if (stock > most || stock == 0) {
      most = stock;
      grew_at = real_clock().now();
    }
    const Status slept = co_await sleep_for(kStockPause);
    if (!slept) {
      co_return;
    }
  }
}

/// Everything of one run, in order; what it refers to outlives the task.
Task<Result<Report>> run_all(asio::any_io_executor executor,
                             const LoadOptions& options,
                             const ClusterFile& cluster,
                             OpenLoop& loop,
                             const Workload& workload) {
  TERCET_CO_TRY_STATUS(co_await loop.connect());
  TERCET_CO_TRY_STATUS(co_await loop.prime(workload.priming_calls()));
  const Milliseconds settle_limit(static_cast<std::int64_t>(options.settle_seconds * 1000));
  const Deadline settle_until = Deadline::in(real_clock(), settle_limit);
  if (options.settle_seconds > 0) {
    say("waiting until the stock of vectors no longer grows, at most", options.settle_seconds);
  }
  co_await settle(cluster.proxies, settle_until);
  if (options.warm_up_seconds > 0) {
    say("warm-up,", options.warm_up_seconds);
    const Schedule warm_up(real_clock().now() + kStartPause, options.rate, options.warm_up_seconds);
    const Outcome ignored = co_await loop.run(executor, warm_up);
    static_cast<void>(ignored);
  }
  const std::vector<ProcessEntry> processes = processes_of(cluster);
  say("measuring,", options.seconds);
  const Snapshots before = co_await look_at(processes);
  const Schedule schedule(real_clock().now() + kStartPause, options.rate, options.seconds);
  const Outcome outcome = co_await loop.run(executor, schedule);
  const Snapshots after = co_await look_at(processes);
  co_return make_report(options, cluster, outcome, before, after);
}

}  // namespace

Result<Report> measure(const LoadOptions& options) {
  TERCET_TRY(const ClusterFile cluster, ClusterFile::load(options.dev_file));
  // One more for what rounding adds.
  const double calls = options.rate * (options.seconds + options.warm_up_seconds) + 1;
  TERCET_TRY(const std::unique_ptr<Workload> workload,
             make_workload(options, cluster, static_cast<std::size_t>(calls) + 1));
  const bool preferred = prefer_us();  // after the `tercet` command ran, which would inherit it
  asio::io_context context(1);
  Result<Report> report = Error(Errc::internal, "not measured");
  {
    XksSigner signer(cluster, system_wall_clock());
    TERCET_TRY(auto connections,
               make_connections(context.get_executor(), cluster, options.connections));
    OpenLoop loop(std::move(connections), signer, *workload, options.timeout);
    report = block_on(context, run_all(context.get_executor(), options, cluster, loop, *workload));
  }
  context.restart();
  context.poll();  // what the connections still had to unwind
  if (report) {
    report->preferred = preferred;
  }
  return report;
}

}  // namespace tercet::bench
