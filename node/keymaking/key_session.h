#pragma once

#include <memory>

#include "core/async/task.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/engine/joint_engine.h"
#include "node/command/command.h"
#include "node/keymaking/key_plan.h"
#include "node/keymaking/made_epoch.h"
#include "node/session/session_host.h"

namespace tercet {
class ClusterConfig;
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
  const BoxKey* import_key = nullptr;
  const mpc::JointEngine* engine = &mpc::table_engine();
};

/// One node's part in the session that makes a key version, up to the key check (protocol.md 6
/// "Order"): components, pair digests and cross-commitments, derived values; then the check. All of
/// it is in memory: the caller votes, which makes it durable.
/// Threads: the service's executor only. Lifetime: `session` outlives it.
class KeySession {
 public:
  KeySession(const KeySessionContext& context, JointSession& session);
  ~KeySession();

  /// `command` is the logged command that asks for the version. Errors: those of the session;
  /// seal_broken, invalid_argument (import box).
  Task<Status> make(KeyPlan plan, Command command);
  /// Errors: those of the session.
  Task<Status> check();

  /// What was made; the check's value is in it once `check` has passed. Call once.
  MadeEpoch take() { return std::move(made_); }

 private:
  KeySessionContext context_;
  JointSession& session_;
  KeyEpoch name_;
  MadeEpoch made_;
  std::unique_ptr<mpc::VectorRange> for_check_;
  std::shared_ptr<const mpc::KeyMaterial> material_;
};

}  // namespace tercet::node
