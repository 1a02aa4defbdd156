#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "node/command/command.h"
#include "node/command/envelope.h"

namespace tercet {
class ClusterConfig;
}  // namespace tercet

namespace tercet::node {

/// Checks, for one node by itself, that a command is what enough administrators of this cluster
/// signed (architecture.md "Administration: no one alone"). Says nothing about keys: see
/// CommandIntake. Threads: immutable.
class CommandVerifier {
 public:
  explicit CommandVerifier(const ClusterConfig& cluster);

  /// Errors: invalid_argument (form), not_authenticated (unknown administrator, bad signature, one
  /// administrator twice, fewer than the quorum), denied (other cluster, living longer than a day).
  Result<Command> verify(const CommandEnvelope& envelope) const;

 private:
  const ClusterConfig* cluster_;
};

/// Errors: denied (expired, or from the future), each with a hint.
Status check_fresh(const Command& command, std::int64_t now_seconds);

}  // namespace tercet::node
