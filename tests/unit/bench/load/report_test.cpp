#include "bench/load/report.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tercet::bench {
namespace {

ClusterFile cluster_of_one_node() {
  ClusterFile cluster;
  ProcessEntry node;
  node.name = "node-1";
  ProcessEntry proxy;
  proxy.name = "proxy-1";
  cluster.nodes.push_back(node);
  cluster.proxies.push_back(proxy);
  return cluster;
}

Outcome outcome_of(std::size_t count) {
  Outcome outcome;
  outcome.sent = count;
  outcome.ok = count - 1;
  outcome.errors["ThrottlingException"] = 1;
  outcome.took = std::chrono::seconds(10);
  for (std::size_t i = 1; i <= count; ++i) {
    outcome.latency.add(std::chrono::milliseconds(i));
    outcome.send_lag.add(std::chrono::microseconds(50));
  }
  return outcome;
}

ProcessSnapshot snapshot(Nanoseconds spent, const std::string& metrics) {
  ProcessSnapshot out;
  out.processor.emplace();
  out.processor->by_thread["main"] = spent;
  out.memory.emplace();
  out.memory->now = 3U << 20U;
  out.memory->peak = 4U << 20U;
  out.metrics = MetricsPage::parse(metrics);
  return out;
}

Report sample_report() {
  LoadOptions options;
  options.operation = Operation::mixed;
  options.rate = 100;
  options.label = "loopback <1>";
  Snapshots before;
  before["node-1"] = snapshot(Nanoseconds(0),
                              "tercet_node_link_sent_bytes_total{link=\"peer\"} 100\n"
                              "tercet_node_link_sent_frames_total{link=\"peer\"} 10\n");
  before["proxy-1"] = snapshot(Nanoseconds(0),
                               "tercet_proxy_encrypts_prepared 1\n"
                               "tercet_proxy_encrypts_on_the_spot 1\n");
  Snapshots after;
  after["node-1"] = snapshot(std::chrono::seconds(2),
                             "tercet_node_link_sent_bytes_total{link=\"peer\"} 200100\n"
                             "tercet_node_link_sent_frames_total{link=\"peer\"} 3010\n");
  after["proxy-1"] = snapshot(std::chrono::seconds(1),
                              "tercet_proxy_encrypts_prepared 4\n"
                              "tercet_proxy_encrypts_on_the_spot 2\n");
  return make_report(options, cluster_of_one_node(), outcome_of(1000), before, after);
}

TEST(Report, SaysWhatTheRunWas) {
  const nlohmann::json json = sample_report().to_json();
  EXPECT_EQ(json.at("op"), "mixed");
  EXPECT_EQ(json.at("rate"), 100);
  EXPECT_EQ(json.at("sent"), 1000);
  EXPECT_EQ(json.at("ok"), 999);
  EXPECT_EQ(json.at("errors"), nlohmann::json({{"ThrottlingException", 1}}));
  EXPECT_EQ(json.at("p50_ms"), 500);
  EXPECT_EQ(json.at("p90_ms"), 900);
  EXPECT_EQ(json.at("p99_ms"), 990);
  EXPECT_EQ(json.at("p999_ms"), 999);
  EXPECT_EQ(json.at("max_ms"), 1000);
  EXPECT_EQ(json.at("over_250_ms"), 750);
  EXPECT_NEAR(json.at("ok_per_second").get<double>(), 99.9, 1e-9);
  EXPECT_NEAR(json.at("send_lag_p99_ms").get<double>(), 0.05, 1e-9);
}

TEST(Report, SharesCostAmongTheRequests) {
  const nlohmann::json json = sample_report().to_json();
  EXPECT_EQ(json.at("cpu_ms_per_request").at("node-1"), 2);
  EXPECT_EQ(json.at("cpu_ms_per_request").at("proxy-1"), 1);
  EXPECT_EQ(json.at("cpu_ms_per_request_by_thread").at("node-1").at("main"), 2);
  EXPECT_EQ(json.at("memory_mib").at("node-1"), 3);
  EXPECT_EQ(json.at("memory_peak_mib").at("node-1"), 4);
  EXPECT_EQ(json.at("node_bytes_per_request").at("requests"), 200);
  EXPECT_EQ(json.at("node_messages_per_request").at("requests"), 3);
  EXPECT_FALSE(json.at("node_bytes_per_request").contains("bulk"));
  EXPECT_EQ(json.at("prepared_slot_rate"), 0.75);
  EXPECT_TRUE(json.at("remembered_keystream_rate").is_null());
}

TEST(Report, TellsPeopleTheSame) {
  const std::string text = sample_report().to_text();
  for (const char* part : {"mixed, 96 bytes, 100 a second",
                           "ThrottlingException 1",
                           "990.00",
                           "node-1",
                           "200 bytes",
                           "75.0 %",
                           "none asked"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(Report, OfNoRequestHasNoNumbersThatAreNone) {
  const Report report = make_report(LoadOptions(), ClusterFile(), Outcome(), {}, {});
  EXPECT_EQ(report.to_json().dump().find("null,null"), std::string::npos);
  EXPECT_EQ(report.p99_ms, 0);
  EXPECT_EQ(report.answered_per_second, 0);
}

TEST(Curve, ComesBackFromAReport) {
  const Report report = sample_report();
  const Result<Curve> curve = Curve::parse(report.to_json().dump());
  ASSERT_TRUE(curve.ok());
  EXPECT_EQ(curve->name, "loopback <1>");
  ASSERT_EQ(curve->quantiles.size(), report.quantiles.size());
  EXPECT_EQ(curve->quantiles.back().second, report.quantiles.back().second);
  EXPECT_FALSE(Curve::parse("{}").ok());
  EXPECT_FALSE(Curve::parse("no JSON").ok());
}

/// Whether every element that opens also closes, in order, and text is escaped.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] != '<') {
      if (xml[at] == '&' && xml.substr(at, 4) != "&lt;" && xml.substr(at, 4) != "&gt;" &&
          xml.substr(at, 5) != "&amp;" && xml.substr(at, 6) != "&quot;") {
        return false;
      }
      ++at;
      continue;
    }
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) {
      return false;
    }
    const std::string element = xml.substr(at + 1, end - at - 1);
    if (std::count(element.begin(), element.end(), '"') % 2 != 0) {
      return false;
    }
    if (element.front() == '/') {
      if (open.empty() || open.back() != element.substr(1)) {
        return false;
      }
      open.pop_back();
    } else if (element.back() != '/') {
      open.push_back(element.substr(0, element.find(' ')));
    }
    at = end + 1;
  }
  return open.empty();
}

TEST(Drawing, IsAWellFormedDocumentWithOneLineForEachRun) {
  const Curve curve = Curve::of(sample_report());
  Curve fast;
  fast.name = "\"fast\" & small";
  fast.quantiles = {{0, 0.2}, {0.9, 0.3}, {0.99, 0.9}};
  const std::string svg = draw_quantiles({curve, fast});
  EXPECT_TRUE(is_well_formed(svg)) << svg;
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  std::size_t lines = 0;
  for (std::size_t at = svg.find("<polyline"); at != std::string::npos;
       at = svg.find("<polyline", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 2U);
  EXPECT_NE(svg.find("loopback &lt;1&gt;"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(Drawing, OfNothingIsStillADocument) {
  EXPECT_TRUE(is_well_formed(draw_quantiles({})));
  EXPECT_TRUE(is_well_formed(draw_quantiles({Curve()})));
}

}  // namespace
}  // namespace tercet::bench
