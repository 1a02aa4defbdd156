#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/model/key_terms.h"

namespace tercet::node {

class KeyRecords;
class LoggedCommand;

/// The plan of a session that makes a key version. It says all of what will be kept with the
/// shares, so that the sid covers it: nodes that think differently of a command do not meet in one
/// session.
class KeyPlan {
 public:
  KeyPlan() = default;

  CommandId command;
  std::array<std::uint8_t, 32> document{};  ///< SHA-256 of the command's document
  KeyId key;
  KeyVersion version;
  KeyTerms terms;
  EpochId before;  ///< of the version before; zero for the first one

  Bytes encode() const;
  /// Errors: peer_malformed.
  static Result<KeyPlan> decode(ByteView from);
};

/// The plan that follows from a command that makes and the keys known here: the same at all nodes,
/// so a proposal is taken only if it equals this. Errors: already_exists (id or version is
/// somebody's), unsupported (a raw key has one version) - never any more -, wrong_state (the
/// version before is not here yet).
Result<KeyPlan> plan_of(const LoggedCommand& command, const KeyRecords& keys);

}  // namespace tercet::node
