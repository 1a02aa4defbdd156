#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/address.h"
#include "core/config/cluster_config.h"
#include "core/config/common.h"

namespace tercet {

/// What one tercet-node is told.
class NodeConfig {
 public:
  /// A SigV4 credential of a key store; the secret is in a file of its own.
  class Credential {
   public:
    Credential() = default;
    std::string access_key_id;
    std::string secret_file;
  };

  /// What the node keeps prepared.
  class Stock {
   public:
    Stock() = default;
    std::uint32_t batch_vectors = 65'536;  ///< vectors made together
    std::uint32_t batches_per_lease = 16;  ///< kept ready for each proxy: 4.2 MiB each
    std::uint32_t derived_sets = 2'000;    ///< of key versions, opened and kept; about 36 KiB each
  };

  NodeConfig() = default;

  std::string file;  ///< that it was loaded from
  std::string id;
  std::string cluster_file;
  ClusterConfig cluster;  ///< loaded from cluster_file
  std::string data_dir;
  std::string sealing_key_file;
  std::string signing_key_file;
  std::string import_key_file;
  TlsFiles tls;
  std::vector<Credential> credentials;
  NetAddress metrics_address;  ///< plain HTTP: /metrics; empty: none
  std::string audit_file;      ///< default: audit.jsonl in data_dir
  LogSettings log;
  Stock stock;

  /// This node's entry in the cluster file.
  const ClusterConfig::Node& self() const;
};

/// Loads the node's file and the cluster file it names. Errors: config_error, all together.
Result<NodeConfig> load_node_config(const std::string& path);

}  // namespace tercet
