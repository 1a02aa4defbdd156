#pragma once

#include <array>
#include <cstdint>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/engine/joint_engine.h"
#include "mpc/keygen/key_name.h"
#include "mpc/share/rss.h"
#include "node/admin/command.h"
#include "node/admin/held.h"
#include "node/session/session_host.h"
#include "node/store/share_store.h"

namespace tercet {
class ClusterConfig;
class SigningKey;
class BoxKey;
}  // namespace tercet

namespace tercet::node {

class NodeStore;

/// What every key session of a node needs; outlives it.
class KeySessionContext {
 public:
  KeySessionContext() = default;
  NodeStore* store = nullptr;
  const ClusterConfig* cluster = nullptr;
  const SigningKey* signing_key = nullptr;
  const BoxKey* import_key = nullptr;
  const mpc::JointEngine* engine = &mpc::table_engine();
};

/// Is this the signature of that node over HELD for this epoch and session?
bool held_is_valid(const ClusterConfig& cluster,
                   const KeyEpoch& name,
                   const SessionId& session,
                   const HeldSignature& held);

/// One node's part in a session that makes an epoch (protocol.md 6 "Order"): components durable as
/// pending, cross-commitments, derived values, the set durable, HELD to both peers, key check.
/// Leaves the epoch complete but pending; the caller makes it active. `command` is the logged
/// command that asks for the key; it outlives the task. Errors: those of the session;
/// storage_error; seal_broken, invalid_argument (import box).
Task<Status> run_key_session(KeySessionContext context,
                             JointSession& session,
                             KeyPlan plan,
                             Command command);

/// Only the key check of an epoch that is complete but for it.
Task<Status> run_check_session(KeySessionContext context, JointSession& session, KeyPlan plan);

}  // namespace tercet::node
