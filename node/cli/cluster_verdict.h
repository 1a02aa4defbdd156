#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/config/cluster_config.h"
#include "node/cli/admin_client.h"

namespace tercet::cli {

/// The cluster as requests would find it now.
class Verdict {
 public:
  enum class State : std::uint8_t {
    serving,      ///< requests are answered
    degraded,     ///< they are, but something is not as it should be: some fail, or soon will
    not_serving,  ///< they fail
  };

  Verdict() = default;
  State state = State::serving;
  /// What is wrong and what to do about it, most important first; empty while serving.
  std::vector<std::string> reasons;
  int exit_code = 0;

  bool serving() const { return state != State::not_serving; }

  /// "SERVING with three nodes".
  std::string headline() const;
  /// "serving", "degraded", "not_serving".
  std::string word() const;
};

/// By the answers of all nodes to `GET /v1/status`, and the cluster file of who asks. What a proxy
/// says of itself counts if two nodes pass it on, and what one node alone says decides nothing
/// that others could contradict: it may be the corrupt one. `now_unix`: this machine's clock.
Verdict judge_cluster(const NodeAnswers& answers,
                      const ClusterConfig& cluster,
                      std::int64_t now_unix);

}  // namespace tercet::cli
