#pragma once

#include <string>

#include "core/base/result.h"
#include "core/config/cluster_config.h"
#include "core/config/common.h"

namespace tercet {

/// What the `tercet` command is told: who signs, and how to reach the nodes.
class AdminConfig {
 public:
  AdminConfig() = default;

  std::string name;  ///< the administrator's, as in the cluster file
  std::string cluster_file;
  ClusterConfig cluster;  ///< loaded from cluster_file
  std::string signing_key_file;
  TlsFiles tls;
};

/// Errors: config_error, all together.
Result<AdminConfig> load_admin_config(const std::string& path);

}  // namespace tercet
