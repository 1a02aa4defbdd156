#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/cluster/administrators.h"
#include "tests/sim/cluster/kms.h"
#include "tests/sim/cluster/node_site.h"
#include "tests/sim/cluster/proxy_site.h"
#include "tests/sim/engine/toy_engine.h"
#include "tests/sim/invariants/judge.h"
#include "tests/sim/invariants/key_truth.h"
#include "tests/sim/invariants/violations.h"
#include "tests/sim/world/network.h"
#include "tests/sim/world/world.h"

namespace tercet::sim {

enum class EngineChoice : std::uint8_t { toy, table };

class ClusterOptions {
 public:
  ClusterOptions() = default;
  std::uint64_t seed = 1;
  std::size_t proxies = 1;
  EngineChoice engine = EngineChoice::toy;
  const node::KeyLife* key_life = &node::full_key_life();
  std::uint32_t derived_sets = NodeConfig::Stock().derived_sets;  ///< in memory at a node
  std::FILE* trace = nullptr;                                     ///< prints every event there
};

/// A simulated cluster: three nodes, proxies, KMS and administrators, with all invariants watched.
class Cluster {
 public:
  explicit Cluster(const ClusterOptions& options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  World& world() { return world_; }

  Network& network() { return network_; }

  NodeSite& node(Site site) { return *nodes_[site]; }

  ProxySite& proxy(std::size_t proxy) { return *proxies_[proxy]; }

  std::size_t proxy_count() const { return proxies_.size(); }

  Kms& kms() { return *kms_; }

  Administrators& administrators() { return *administrators_; }

  KeyTruth& truth() { return truth_; }

  /// Set by EngineChoice::toy.
  ToyEngine& toy() { return toy_; }

  Violations& violations() { return violations_; }

  void run_for(Microseconds duration) { world_.run_for(duration); }

  // What nearly every plan and scenario does.

  /// Starts everything that does not run.
  void start_all();
  /// Makes keys by commands to all nodes, and waits until they are done. False if that takes more
  /// than 60 s.
  bool make_keys(const std::vector<KeyId>& keys);
  /// Brings the command to all nodes and waits until all say done.
  bool carry_out(const node::Command& command, Milliseconds limit);
  /// Mends every way, resumes, restarts what is down. The faults have ended.
  void heal();
  /// Restarts the nodes, all at once.
  void restart_nodes(Crash kind);
  /// I6: within `limit` of now every key that all nodes hold enabled encrypts, and all that was
  /// ever encrypted under them decrypts. Adds a violation where not.
  void expect_service(Milliseconds limit);
  /// No node takes its own directory, or a peer's, for an old one: where none was set back.
  void expect_no_setback();
  /// I7: with everything at rest nothing is left over. Adds a violation where not.
  void expect_bounded();

 private:
  void check_step();
  bool try_all(std::vector<Ciphertext>& undecrypted, std::vector<KeyId>& unserved);

  World world_;
  Violations violations_;
  VectorLedger ledger_;
  ToyEngine toy_;
  Network network_;
  std::vector<std::unique_ptr<NodeSite>> nodes_;
  std::vector<std::unique_ptr<ProxySite>> proxies_;
  KeyTruth truth_;
  Judge judge_;
  std::unique_ptr<Kms> kms_;
  std::unique_ptr<Administrators> administrators_;
};

KeyId key_named(const std::string& name);

}  // namespace tercet::sim
