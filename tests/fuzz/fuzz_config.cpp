// Configuration files; first byte: which program's. `cluster: /proc/self/fd/100` names a good
// cluster file. Oracles: loading twice ends alike; a refusal is a config_error with a text; what a
// cluster file promises its readers holds.
#include <fstream>
#include <iterator>
#include <set>

#include "core/config/admin_config.h"
#include "core/config/cluster_config.h"
#include "core/config/node_config.h"
#include "core/config/proxy_config.h"
#include "core/xks/operation.h"
#include "tests/fuzz/memory_file.h"

namespace {

using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;

/// Makes the example cluster file readable as /proc/self/fd/100, as long as this process lives.
bool place_example_cluster() {
  std::ifstream example(TERCET_SOURCE_DIR "/configs/cluster.yaml");
  const std::string text((std::istreambuf_iterator<char>(example)),
                         std::istreambuf_iterator<char>());
  static const fuzz::MemoryFile file(as_bytes(text));
  return !text.empty() && file.show_as(100);
}

template <class Config>
std::optional<Config> load_twice(const std::string& path,
                                 Result<Config> (*load)(const std::string&)) {
  Result<Config> first = load(path);
  const Result<Config> second = load(path);
  require(first.ok() == second.ok(), "twice the same");
  if (first) {
    return std::move(first).value();
  }
  require(first.error().code() == Errc::config_error && !first.error().what().empty(), "says why");
  require(first.error().what() == second.error().what(), "twice the same refusal");
  return std::nullopt;
}

void check_cluster(const ClusterConfig& cluster) {
  require(cluster.nodes.size() == 3, "three nodes");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < 3; ++i) {
    require(cluster.nodes[i].index == i + 1, "in the order of their numbers");
    require(ids.insert(cluster.nodes[i].id).second, "each with a name of its own");
    require(!cluster.nodes[i].tls_pins.empty(), "and a TLS key");
  }
  require(cluster.quorum >= 1 && cluster.quorum <= cluster.administrators.size(), "a quorum");
  for (const ClusterConfig::Store& store : cluster.stores) {
    require(xks::is_base_path(store.uri_path), "paths that the proxy serves");
  }
  require(cluster.pair_mode == ClusterConfig::PairMode::off, "pair mode is off");
}

}  // namespace

FUZZ_TARGET(config, input) {
  static const bool ready = place_example_cluster();
  require(ready, "the cluster file is there");
  if (input.empty()) {
    return;
  }
  const fuzz::MemoryFile file(input.subspan(1));
  switch (input[0] % 4) {
    case 0:
      if (const auto cluster = load_twice(file.path(), &load_cluster_config)) {
        check_cluster(*cluster);
      }
      break;
    case 1:
      if (const auto node = load_twice(file.path(), &load_node_config)) {
        require(node->self().id == node->id, "a node of its cluster");
      }
      break;
    case 2:
      if (const auto proxy = load_twice(file.path(), &load_proxy_config)) {
        require(proxy->cluster.find_proxy(proxy->name) != nullptr, "a proxy of its cluster");
      }
      break;
    default:
      load_twice(file.path(), &load_admin_config);
  }
}
