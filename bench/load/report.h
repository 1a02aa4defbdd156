#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bench/load/metrics_page.h"
#include "bench/load/open_loop.h"
#include "bench/load/options.h"
#include "bench/load/processes.h"
#include "core/base/result.h"

namespace tercet::bench {

/// A process as it was at one moment.
class ProcessSnapshot {
 public:
  ProcessSnapshot() = default;
  std::optional<ProcessorTime> processor;
  std::optional<ResidentMemory> memory;
  std::optional<MetricsPage> metrics;
};

/// Of all processes, by name.
using Snapshots = std::map<std::string, ProcessSnapshot>;

/// One run as the report tells it.
class Report {
 public:
  Report() = default;

  /// The JSON document: a stable shape that `from_json` and the suite read.
  nlohmann::json to_json() const;
  /// For people.
  std::string to_text() const;

  std::string operation;
  std::string label;
  double rate = 0;
  double seconds = 0;
  std::size_t plaintext_bytes = 0;
  std::size_t connections = 0;
  std::size_t sent = 0;
  std::size_t ok = 0;
  std::map<std::string, std::size_t> errors;
  double answered_per_second = 0;
  double p50_ms = 0;
  double p90_ms = 0;
  double p99_ms = 0;
  double p999_ms = 0;
  double max_ms = 0;
  double mean_ms = 0;
  std::size_t over_250_ms = 0;                       ///< KMS would have given up
  double send_lag_p99_ms = 0;                        ///< how late this program itself was
  bool preferred = false;                            ///< this program ran ahead of all others
  std::vector<std::pair<double, double>> quantiles;  ///< quantile, milliseconds
  std::map<std::string, double> cpu_ms_per_request;
  std::map<std::string, std::map<std::string, double>> cpu_ms_per_request_by_thread;
  std::map<std::string, double> memory_mib;
  std::map<std::string, double> memory_peak_mib;
  /// Between nodes, all three together, by kind of link (requests, bulk).
  std::map<std::string, double> node_bytes_per_request;
  std::map<std::string, double> node_messages_per_request;
  std::optional<double> prepared_slot_rate;         ///< of Encrypts
  std::optional<double> remembered_keystream_rate;  ///< of Decrypts
  Machine machine;
};

Report make_report(const LoadOptions& options,
                   const ClusterFile& cluster,
                   const Outcome& outcome,
                   const Snapshots& before,
                   const Snapshots& after);

/// One line of a drawing: a run's name and its quantiles. Errors: config_error.
class Curve {
 public:
  Curve() = default;
  static Result<Curve> parse(const std::string& report_json);
  static Curve of(const Report& report);

  std::string name;
  std::vector<std::pair<double, double>> quantiles;
};

/// Latency by percentile, one line for each curve: a self-contained SVG document.
std::string draw_quantiles(const std::vector<Curve>& curves);

}  // namespace tercet::bench
