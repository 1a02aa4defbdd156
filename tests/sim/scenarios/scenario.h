#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/cluster/cluster.h"

namespace tercet::sim {

/// Where a scenario plays: gives it clusters that serve, and takes down what went wrong.
class Stage {
 public:
  explicit Stage(const ClusterOptions& options) : options_(options) {}

  /// A new cluster, up, with the health key and the key "orders" made. The one before it ends.
  Cluster& begin();

  Cluster& cluster() { return *cluster_; }

  /// What the scenario says must hold.
  void expect(bool holds, const std::string& what);
  /// Faults have ended: all is served, before and after all nodes restart.
  void expect_all_served();

  /// Everything that went wrong so far, with that of the present cluster.
  std::vector<std::string> failures() const;

  bool good() const { return failures().empty(); }

 private:
  ClusterOptions options_;
  std::unique_ptr<Cluster> cluster_;
  std::vector<std::string> failures_;
};

/// One story: what happens when, and what must hold.
class Scenario {
 public:
  std::string_view name;
  std::string_view tells;
  void (*play)(Stage& stage);
  /// What today's rules cannot pass. Listed here it may fail, and must: the list can only shrink.
  bool known_to_fail = false;
};

const std::vector<Scenario>& scenarios();

}  // namespace tercet::sim
