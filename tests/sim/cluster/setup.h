#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/config/cluster_config.h"
#include "core/config/node_config.h"
#include "core/crypto/box.h"
#include "core/crypto/signature.h"
#include "core/secret/secret_bytes.h"
#include "tests/sim/world/network.h"

namespace tercet::sim {

inline constexpr std::size_t kNodes = 3;

/// What a simulated cluster is told: the cluster file and everybody's private keys, the same in
/// every run.
class Setup {
 public:
  /// The only one: making keys takes a while.
  static const Setup& get();

  ClusterConfig cluster;
  std::vector<SigningKey> administrators;
  std::vector<SigningKey> signing;
  std::vector<BoxKey> import;
  std::vector<SecretBytes> sealing;

  /// The node's file, with these in stock.
  NodeConfig node_config(Site node, std::uint32_t batch_vectors, std::uint32_t derived_sets) const;

  static std::string node_name(Site node) { return "node-" + std::to_string(node + 1); }

  static std::string proxy_name(std::size_t proxy) { return "proxy-" + std::to_string(proxy + 1); }

 private:
  Setup();
};

}  // namespace tercet::sim
