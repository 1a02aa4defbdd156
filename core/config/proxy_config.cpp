#include "core/config/proxy_config.h"

#include <utility>

#include "core/config/loader.h"
#include "core/config/shared_sections.h"

namespace tercet {
namespace {

using config::Section;

constexpr const char* kUnstatedAccess =
    "xks_access is not stated: say mutual_tls or private_network, since nodes must not reach the "
    "port for KMS";

std::uint32_t number(Section& section,
                     std::string_view key,
                     std::uint32_t fallback,
                     std::int64_t min,
                     std::int64_t max) {
  return static_cast<std::uint32_t>(section.integer_or(key, fallback, min, max));
}

ProxyConfig::Limits read_limits(Section section) {
  ProxyConfig::Limits out;
  out.connections_max = number(section, "connections_max", out.connections_max, 1, 1 << 20);
  out.connections_per_address_max =
      number(section, "connections_per_address_max", out.connections_per_address_max, 0, 1 << 20);
  out.request_deadline_ms =
      number(section, "request_deadline_ms", out.request_deadline_ms, 10, 60'000);
  out.drain_ms = number(section, "drain_ms", out.drain_ms, 0, 600'000);
  out.idle_seconds = number(section, "idle_seconds", out.idle_seconds, 1, 86'400);
  section.finish();
  return out;
}

void read_access(Section& section, bool required, ProxyConfig& proxy) {
  const std::string access =
      required ? section.text("xks_access") : section.text_or("xks_access", "");
  if (access == "mutual_tls") {
    proxy.xks_access = ProxyConfig::XksAccess::mutual_tls;
    if (proxy.client_ca.empty() || proxy.client_names.empty()) {
      section.problem("xks_access", "mutual_tls needs client_ca and client_names");
    }
  } else if (access == "private_network") {
    proxy.xks_access = ProxyConfig::XksAccess::private_network;
  } else if (!access.empty()) {
    section.problem("xks_access", "expected mutual_tls or private_network");
  } else if (!required) {
    proxy.warnings.emplace_back(kUnstatedAccess);
  }
}

void read_common(Section& root, ProxyConfig& proxy) {
  proxy.cluster = config::read_cluster(root, proxy.cluster_file);
  proxy.metrics_address = root.address_or_none("metrics_address");
  proxy.audit_file = root.path_or_none("audit_file");
  proxy.log = config::read_log(root.section_or_none("log"));
  proxy.limits = read_limits(root.section_or_none("limits"));
}

void read_own_shape(Section& root, ProxyConfig& proxy) {
  proxy.name = root.text("name");
  read_common(root, proxy);
  proxy.listen_address = root.address("listen_address");
  proxy.tls = config::read_tls(root.section("tls"));
  proxy.client_ca = root.path_or_none("client_ca");
  proxy.client_names = root.texts_or_none("client_names");
  read_access(root, true, proxy);
  proxy.node_tls = config::read_tls(root.section("node_tls"));
  proxy.key_prefix = root.text_or("key_prefix", "");
}

/// "https://host:port" without a path.
Result<NetAddress> parse_endpoint(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  if (text.starts_with(kScheme)) {
    std::string_view rest = text.substr(kScheme.size());
    if (rest.ends_with('/')) {
      rest.remove_suffix(1);
    }
    if (Result<NetAddress> parsed = NetAddress::parse(rest)) {
      return parsed;
    }
  }
  return Error(Errc::invalid_argument, "expected https://host:port");
}

/// `endpoints`, one per node, replace the nodes' addresses of the cluster file; with one `endpoint`
/// those of the cluster file are used, since three nodes are needed.
void read_endpoints(Section& manager, ProxyConfig& proxy) {
  if (!manager.has("endpoints")) {
    manager.parsed<NetAddress>("endpoint", &parse_endpoint);
    proxy.warnings.emplace_back(
        "external_key_manager.endpoint names one address: those of the cluster file are used");
    return;
  }
  const std::vector<std::string> endpoints = manager.texts("endpoints");
  if (endpoints.size() != 3) {
    manager.problem("endpoints", "expected three, in the order of the nodes");
    return;
  }
  for (std::size_t i = 0; i < endpoints.size() && i < proxy.cluster.nodes.size(); ++i) {
    if (Result<NetAddress> parsed = parse_endpoint(endpoints[i])) {
      proxy.cluster.nodes[i].proxy_address = std::move(parsed).value();
    } else {
      manager.problem("endpoints", parsed.error().what());
    }
  }
}

void read_operators_shape(Section& root, ProxyConfig& proxy) {
  read_common(root, proxy);
  Section front = root.section("proxy");
  proxy.name = front.text_or("name", "proxy-1");
  proxy.listen_address = front.address("listen_address");
  Section tls = front.section("tls");
  proxy.tls.certificate = tls.path("certificate");
  proxy.tls.private_key = tls.path("private_key");
  proxy.client_ca = tls.path_or_none("client_ca");
  proxy.client_names = tls.texts_or_none("client_names");
  tls.finish();
  read_access(front, false, proxy);
  front.finish();
  Section manager = root.section("external_key_manager");
  read_endpoints(manager, proxy);
  Section authentication = manager.section("authentication");
  if (const std::string type = authentication.text("type"); !type.empty() && type != "mutual_tls") {
    authentication.problem("type", "only mutual_tls is possible");
  }
  proxy.node_tls.certificate = authentication.path("certificate");
  proxy.node_tls.private_key = authentication.path("private_key");
  authentication.finish();
  manager.finish();
  Section mapping = root.section_or_none("key_mapping");
  proxy.key_prefix = mapping.text_or("aws_key_prefix", "");
  mapping.finish();
}

}  // namespace

Result<ProxyConfig> load_proxy_config(const std::string& path) {
  TERCET_TRY(const config::Document document, config::Document::open(path));
  config::Problems problems;
  Section root = document.root(problems);
  ProxyConfig proxy;
  proxy.file = path;
  if (root.has("proxy") || root.has("external_key_manager")) {
    read_operators_shape(root, proxy);
  } else {
    read_own_shape(root, proxy);
  }
  if (problems.empty() && proxy.cluster.find_proxy(proxy.name) == nullptr) {
    root.problem("name", "is no proxy of the cluster file");
  }
  root.finish();
  if (!problems.empty()) {
    return problems.error(path);
  }
  return proxy;
}

}  // namespace tercet
