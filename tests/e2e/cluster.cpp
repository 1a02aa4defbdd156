#include "tests/e2e/cluster.h"

#include <fstream>

namespace tercet::test {
namespace {

/// All logs at the most verbose level, and every record there is: secrets_test reads them.
void make_verbose(const std::string& folder) {
  for (const std::string& node : kNodeNames) {
    std::ofstream(folder + "/" + node + ".yaml", std::ios::app) << "log:\n  level: debug\n";
  }
  std::ofstream(folder + "/proxy-1.yaml", std::ios::app)
      << "log:\n  level: debug\naudit_file: log/proxy-1.requests.jsonl\n";
}

LiveClusterOptions options() {
  LiveClusterOptions out;
  out.edit = make_verbose;
  return out;
}

const auto* const kEnvironment = testing::AddGlobalTestEnvironment(new LiveEnvironment(options()));

}  // namespace

ClusterStatus::ClusterStatus() {
  const CommandResult said = live_cluster().tercet({"status", "--json"});
  exit_code = said.exit_code;
  json = said.json();
}

const nlohmann::json& ClusterStatus::node(const std::string& name) const {
  static const nlohmann::json none;
  if (!json.is_object()) {
    return none;
  }
  for (const nlohmann::json& node : json.at("nodes")) {
    if (node.at("node") == name && node.contains("generation")) {
      return node;
    }
  }
  return none;
}

std::map<std::string, std::string> generations() {
  const ClusterStatus status;
  std::map<std::string, std::string> out;
  for (const std::string& name : kNodeNames) {
    if (const nlohmann::json& node = status.node(name); !node.is_null()) {
      out[name] = node.at("generation");
    }
  }
  return out;
}

bool all_serve() {
  return ClusterStatus().exit_code == 0;
}

}  // namespace tercet::test
