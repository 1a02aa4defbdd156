#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/party.h"
#include "node/store/key_types.h"
#include "node/store/share_store.h"

namespace tercet::node {

/// The bytes of a HELD: this node keeps the set of this epoch, made by this session, durably
/// (protocol.md 6 "Order"). Signed with the node's Ed25519 key.
Bytes held_signing_input(const ClusterId& cluster,
                         const KeyEpoch& name,
                         const SessionId& session,
                         mpc::PartyIndex node);

/// What a node tells a peer about one epoch after link set-up.
class EpochStatement {
 public:
  EpochStatement() = default;
  KeyEpoch name;
  SessionId session;
  EpochState state = EpochState::pending;
  std::optional<std::array<std::uint8_t, 4>> check_value;
  std::vector<HeldSignature> held;

  Bytes encode() const;
  static Result<EpochStatement> decode(ByteView from);
};

/// The plan of a session that makes an epoch, or that only repeats its key check.
class KeyPlan {
 public:
  enum class Work : std::uint8_t { make = 1, check = 2 };

  KeyPlan() = default;
  Work work = Work::make;
  CommandId command;
  KeyEpoch name;
  SessionId derived;  ///< of `check`: the session that made the set; zero otherwise

  Bytes encode() const;
  static Result<KeyPlan> decode(ByteView from);
};

}  // namespace tercet::node
