#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/live_cluster.h"
#include "tests/support/xks_client.h"

namespace tercet::test {

inline const std::vector<std::string> kNodeNames = {"node-1", "node-2", "node-3"};

/// `tercet status --json`, and how it ended.
class ClusterStatus {
 public:
  ClusterStatus();

  /// Of a node that answered, else null.
  const nlohmann::json& node(const std::string& name) const;

  int exit_code = -1;
  nlohmann::json json;
};

/// Of every node that answers.
std::map<std::string, std::string> generations();
/// Whether all three nodes say that they serve.
bool all_serve();

}  // namespace tercet::test
