#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::bench {

/// Metrics of one process at one moment, by name with labels as printed:
/// `tercet_node_link_bytes_total{link="peer"}`.
class MetricsPage {
 public:
  MetricsPage() = default;
  /// Prometheus text; lines that are none are left out.
  static MetricsPage parse(std::string_view text);

  /// 0 if it is not there.
  double value(const std::string& series) const;

  /// How much a series grew since `before`.
  double growth(const MetricsPage& before, const std::string& series) const {
    return value(series) - before.value(series);
  }

  const std::map<std::string, double>& all() const { return values_; }

 private:
  std::map<std::string, double> values_;
};

/// Fetches "http://127.0.0.1:9100/metrics". Errors: config_error (another scheme), those of the
/// connection, peer_malformed (not 200).
Task<Result<MetricsPage>> fetch_metrics(std::string url, Deadline until);

}  // namespace tercet::bench
