#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/admin/command.h"

namespace tercet {
class ClusterConfig;
}  // namespace tercet

namespace tercet::node {

/// Who handed a command to this node.
enum class CommandOrigin : std::uint8_t {
  administrator,  ///< fresh: must not have expired
  peer,           ///< catching up: of a command that blocks, the age is not judged
};

/// Checks, for one node by itself, that a command is what enough administrators of this cluster
/// signed, in time (architecture.md "Administration: no one alone"). Says nothing about the key:
/// see CommandIntake.
/// Threads: immutable.
class CommandVerifier {
 public:
  explicit CommandVerifier(const ClusterConfig& cluster);

  /// Errors: invalid_argument (form), not_authenticated (unknown administrator, bad
  /// signature, one administrator twice, fewer than the quorum), denied (other cluster, expired,
  /// from the future, living longer than a day).
  Result<Command> verify(const CommandEnvelope& envelope,
                         CommandOrigin origin,
                         std::int64_t now_seconds) const;

 private:
  const ClusterConfig* cluster_;
};

}  // namespace tercet::node
