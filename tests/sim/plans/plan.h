#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/sim/cluster/cluster.h"

namespace tercet::sim {

/// What a random plan mixes.
enum class Profile : std::uint8_t {
  requests,  ///< keys are made at rest; then requests under faults
  keys,      ///< keys are made, enabled and disabled under faults too
};

class PlanOptions {
 public:
  PlanOptions() = default;
  std::uint64_t seed = 1;
  Profile profile = Profile::requests;
  EngineChoice engine = EngineChoice::toy;
  const node::KeyLife* key_life = &node::full_key_life();
  std::FILE* trace = nullptr;
};

class PlanResult {
 public:
  PlanResult() = default;
  std::vector<std::string> violations;
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0;
  Microseconds virtual_time{0};
  Kms::Counts requests;
};

/// Operations mixed with faults, then the faults end, and everything must be served again, before
/// and after a restart of all nodes. Everything follows from the seed.
PlanResult run_plan(const PlanOptions& options);

}  // namespace tercet::sim
