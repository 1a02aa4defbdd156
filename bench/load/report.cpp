#include "bench/load/report.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace tercet::bench {
namespace {

using Json = nlohmann::json;

constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr Nanoseconds kKmsPatience = std::chrono::milliseconds(250);
constexpr const char* kBytesSent = "tercet_node_link_sent_bytes_total";
constexpr const char* kFramesSent = "tercet_node_link_sent_frames_total";

/// What reports call the links of a node, and their label.
constexpr std::array<std::pair<const char*, const char*>, 3> kLinks = {{
    {"requests", "{link=\"peer\"}"},
    {"bulk", "{link=\"bulk\"}"},
    {"proxy", "{link=\"proxy\"}"},
}};

/// As printf, in one line; for numbers and our own words.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  std::array<char, 512> text{};
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text.data(), text.size(), pattern, arguments);
  va_end(arguments);
  return text.data();
}

double per(double amount, std::size_t requests) {
  return requests == 0 ? 0 : amount / static_cast<double>(requests);
}

/// How much a series grew at all `processes` together; nothing if none of them has it.
std::optional<double> growth(const Snapshots& before,
                             const Snapshots& after,
                             const std::vector<ProcessEntry>& processes,
                             const std::string& series) {
  std::optional<double> sum;
  for (const ProcessEntry& process : processes) {
    const auto first = before.find(process.name);
    const auto last = after.find(process.name);
    if (first == before.end() || last == after.end() || !first->second.metrics ||
        !last->second.metrics || !last->second.metrics->all().contains(series)) {
      continue;
    }
    sum = sum.value_or(0) + last->second.metrics->growth(*first->second.metrics, series);
  }
  return sum;
}

/// The share of `hits` in hits and misses; nothing where there were neither.
std::optional<double> hit_rate(std::optional<double> hits, std::optional<double> misses) {
  const double all = hits.value_or(0) + misses.value_or(0);
  if (all <= 0) {
    return std::nullopt;
  }
  return hits.value_or(0) / all;
}

void add_processes(Report& report, const Snapshots& before, const Snapshots& after) {
  for (const auto& [name, last] : after) {
    const auto first = before.find(name);
    if (first != before.end() && first->second.processor && last.processor) {
      const ProcessorTime spent = last.processor->since(*first->second.processor);
      report.cpu_ms_per_request[name] = per(milliseconds(spent.total()), report.sent);
      for (const auto& [thread, time] : spent.by_thread) {
        report.cpu_ms_per_request_by_thread[name][thread] = per(milliseconds(time), report.sent);
      }
    }
    if (last.memory) {
      report.memory_mib[name] = static_cast<double>(last.memory->now) / kMebibyte;
      report.memory_peak_mib[name] = static_cast<double>(last.memory->peak) / kMebibyte;
    }
  }
}

void add_traffic(Report& report,
                 const ClusterFile& cluster,
                 const Snapshots& before,
                 const Snapshots& after) {
  for (const auto& [name, labels] : kLinks) {
    const auto bytes = growth(before, after, cluster.nodes, kBytesSent + std::string(labels));
    const auto frames = growth(before, after, cluster.nodes, kFramesSent + std::string(labels));
    if (bytes && frames) {
      report.node_bytes_per_request[name] = per(*bytes, report.sent);
      report.node_messages_per_request[name] = per(*frames, report.sent);
    }
  }
  const auto of_proxies = [&](const char* series) {
    return growth(before, after, cluster.proxies, series);
  };
  report.prepared_slot_rate = hit_rate(of_proxies("tercet_proxy_encrypts_prepared"),
                                       of_proxies("tercet_proxy_encrypts_on_the_spot"));
  report.remembered_keystream_rate = hit_rate(of_proxies("tercet_proxy_decrypts_remembered"),
                                              of_proxies("tercet_proxy_decrypts_cold"));
}

Json json_of(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

std::string errors_text(const Report& report) {
  std::string out;
  for (const auto& [name, count] : report.errors) {
    out += (out.empty() ? "" : ", ") + name + " " + std::to_string(count);
  }
  return out.empty() ? "none" : out;
}

std::string percent(const std::optional<double>& rate) {
  return rate ? format("%.1f %%", *rate * 100) : "none asked";
}

}  // namespace

Report make_report(const LoadOptions& options,
                   const ClusterFile& cluster,
                   const Outcome& outcome,
                   const Snapshots& before,
                   const Snapshots& after) {
  Report report;
  report.operation = operation_name(options.operation);
  report.label = options.label;
  report.rate = options.rate;
  report.seconds = options.seconds;
  report.plaintext_bytes = options.plaintext_bytes;
  report.connections = options.connections;
  report.sent = outcome.sent;
  report.ok = outcome.ok;
  report.errors = outcome.errors;
  const double took = std::chrono::duration<double>(outcome.took).count();
  report.answered_per_second = took > 0 ? static_cast<double>(outcome.ok) / took : 0;
  const LatencySamples& latency = outcome.latency;
  report.p50_ms = milliseconds(latency.quantile(0.5));
  report.p90_ms = milliseconds(latency.quantile(0.9));
  report.p99_ms = milliseconds(latency.quantile(0.99));
  report.p999_ms = milliseconds(latency.quantile(0.999));
  report.max_ms = milliseconds(latency.max());
  report.mean_ms = milliseconds(latency.mean());
  report.over_250_ms = latency.count_above(kKmsPatience);
  report.send_lag_p99_ms = milliseconds(outcome.send_lag.quantile(0.99));
  for (const double quantile : drawn_quantiles(latency.count())) {
    report.quantiles.emplace_back(quantile, milliseconds(latency.quantile(quantile)));
  }
  add_processes(report, before, after);
  add_traffic(report, cluster, before, after);
  report.machine = Machine::look();
  return report;
}

Json Report::to_json() const {
  return Json{{"op", operation},
              {"label", label},
              {"rate", rate},
              {"seconds", seconds},
              {"size", plaintext_bytes},
              {"connections", connections},
              {"sent", sent},
              {"ok", ok},
              {"errors", errors},
              {"ok_per_second", answered_per_second},
              {"p50_ms", p50_ms},
              {"p90_ms", p90_ms},
              {"p99_ms", p99_ms},
              {"p999_ms", p999_ms},
              {"max_ms", max_ms},
              {"mean_ms", mean_ms},
              {"over_250_ms", over_250_ms},
              {"send_lag_p99_ms", send_lag_p99_ms},
              {"real_time_priority", preferred},
              {"quantiles", quantiles},
              {"cpu_ms_per_request", cpu_ms_per_request},
              {"cpu_ms_per_request_by_thread", cpu_ms_per_request_by_thread},
              {"memory_mib", memory_mib},
              {"memory_peak_mib", memory_peak_mib},
              {"node_bytes_per_request", node_bytes_per_request},
              {"node_messages_per_request", node_messages_per_request},
              {"prepared_slot_rate", json_of(prepared_slot_rate)},
              {"remembered_keystream_rate", json_of(remembered_keystream_rate)},
              {"machine",
               {{"processor", machine.processor},
                {"processors", machine.processors},
                {"kernel", machine.kernel},
                {"load_average", machine.load_average}}},
              {"version", TERCET_VERSION}};
}

std::string Report::to_text() const {
  std::string out = format("%s, %zu bytes, %g a second for %g s, %zu connections%s%s\n",
                           operation.c_str(),
                           plaintext_bytes,
                           rate,
                           seconds,
                           connections,
                           label.empty() ? "" : ": ",
                           label.c_str());
  out += format("  sent %zu, ok %zu (%.1f a second), errors: ", sent, ok, answered_per_second);
  out += errors_text(*this) + "\n\n";
  out += "  latency, ms     P50       P90       P99     P99.9       max\n";
  out +=
      format("           %9.2f %9.2f %9.2f %9.2f %9.2f\n", p50_ms, p90_ms, p99_ms, p999_ms, max_ms);
  out += format("  over 250 ms: %zu; this program's own lateness, P99: %.2f ms%s\n\n",
                over_250_ms,
                send_lag_p99_ms,
                preferred ? "" : " (without real-time priority)");
  out += "  process           CPU ms/request   memory MiB   peak MiB\n";
  for (const auto& [name, cpu] : cpu_ms_per_request) {
    const auto value = [&process = name](const std::map<std::string, double>& from) {
      const auto found = from.find(process);
      return found == from.end() ? 0 : found->second;
    };
    out += format("  %-18s %13.3f %12.1f %10.1f\n",
                  name.c_str(),
                  cpu,
                  value(memory_mib),
                  value(memory_peak_mib));
    const auto threads = cpu_ms_per_request_by_thread.find(name);
    if (threads != cpu_ms_per_request_by_thread.end() && threads->second.size() > 1) {
      for (const auto& [thread, of_thread] : threads->second) {
        out += format("    %-16s %13.3f\n", thread.c_str(), of_thread);
      }
    }
  }
  out += "\n";
  for (const auto& [link, bytes] : node_bytes_per_request) {
    out += format("  sent by the nodes on %-8s links: %8.0f bytes, %6.1f messages a request\n",
                  link.c_str(),
                  bytes,
                  node_messages_per_request.at(link));
  }
  out += "  Encrypts over a prepared slot: " + percent(prepared_slot_rate) + "\n";
  out += "  Decrypts with remembered keystream: " + percent(remembered_keystream_rate) + "\n";
  out += format("  on %s, %u processors, %s, load %.2f\n",
                machine.processor.c_str(),
                machine.processors,
                machine.kernel.c_str(),
                machine.load_average);
  return out;
}

Curve Curve::of(const Report& report) {
  Curve curve;
  curve.name = report.label.empty() ? report.operation : report.label;
  curve.quantiles = report.quantiles;
  return curve;
}

Result<Curve> Curve::parse(const std::string& report_json) {
  try {
    const Json json = Json::parse(report_json);
    Curve curve;
    curve.name = json.at("label").get<std::string>();
    if (curve.name.empty()) {
      curve.name = json.at("op").get<std::string>();
    }
    json.at("quantiles").get_to(curve.quantiles);
    return curve;
  } catch (const Json::exception&) {
    return Error(Errc::config_error, "plot: a file that is no report of tercet-bench");
  }
}

}  // namespace tercet::bench
