#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/address.h"
#include "core/config/cluster_config.h"
#include "core/config/common.h"

namespace tercet {

/// What one tercet-proxy is told. Two shapes of the file are accepted: Tercet's own, and the one of
/// XKS guides (`proxy:`, `external_key_manager:`, `key_mapping:`).
class ProxyConfig {
 public:
  /// How the port for KMS is kept out of reach of nodes (protocol.md 9).
  enum class XksAccess : std::uint8_t {
    unstated,  ///< only in the operators' shape: warn at start and in the status
    mutual_tls,
    private_network,
  };

  class Limits {
   public:
    Limits() = default;
    std::uint32_t connections_max = 4'096;
    std::uint32_t connections_per_address_max = 0;  ///< 0: no such limit
    std::uint32_t request_deadline_ms = 200;        ///< of one operation; KMS gives up after 250 ms
    std::uint32_t drain_ms = 5'000;                 ///< at stop
    std::uint32_t idle_seconds = 300;               ///< of a connection between requests
  };

  ProxyConfig() = default;

  std::string file;  ///< that it was loaded from
  std::string name;
  std::string cluster_file;
  ClusterConfig cluster;  ///< loaded from cluster_file
  NetAddress listen_address;
  TlsFiles tls;  ///< shown to KMS
  XksAccess xks_access = XksAccess::unstated;
  std::string client_ca;                  ///< mutual TLS: the CA of KMS's client certificate
  std::vector<std::string> client_names;  ///< mutual TLS: exact subject names
  TlsFiles node_tls;                      ///< shown to the nodes
  NetAddress metrics_address;             ///< plain HTTP: /metrics, /ping; empty: none
  std::string key_prefix;                 ///< key_mapping.aws_key_prefix: others are not served
  std::string audit_file;                 ///< request log, JSON lines; empty: none
  LogSettings log;
  Limits limits;
  std::vector<std::string> warnings;  ///< to be logged at start and shown in the status
};

/// Errors: config_error, all together.
Result<ProxyConfig> load_proxy_config(const std::string& path);

}  // namespace tercet
