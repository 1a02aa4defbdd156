#pragma once

#include <memory>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "node/decision/life_rules.h"
#include "node/keymaking/key_decisions.h"
#include "node/keymaking/key_session.h"
#include "node/session/session_host.h"
#include "node/store/command_log.h"

namespace tercet::node {

/// Makes key versions in joint sessions (kind key_command): at all nodes it runs its part and
/// votes, at P1 it also proposes, whenever a logged command waits, until a decision ends the
/// command or it has expired.
///
/// Source:  protocol.md 6. Order of every session: agreement; pair digests and cross-commitments;
/// derived values; key check; the set and this node's YES durable together; the votes decide.
/// Secret:  components exist here as shares only; contributions are wiped with the session.
/// Threads: the service's executor only.
class KeyMaker : public SessionHandler {
 public:
  class Options {
   public:
    Options() = default;
    Milliseconds session_limit{20'000};
    Milliseconds retry_pause{250};
  };

  /// The node's loop: at P1 proposes for every waiting command; at all nodes gives up what has
  /// expired, and says again what is open. Spawn it once in the service's task group; it ends with
  /// `stop` or cancellation.
  virtual Task<void> drive() = 0;
  /// A command was logged, a decision ended, or all links are up: look again now.
  virtual void wake() = 0;
  virtual void stop() = 0;
};

/// The maker under `Rules`: FullLifeRules except in tests that take one rule out.
template <class Rules>
class BasicKeyMaker final : public KeyMaker {
 public:
  /// `context`, what it points to, `decisions` and `host` outlive the maker.
  BasicKeyMaker(const asio::any_io_executor& executor,
                const KeySessionContext& context,
                KeyDecisions& decisions,
                SessionHost& host,
                const WallClock& clock,
                const Options& options);

  Task<void> drive() override;
  void wake() override;
  void stop() override;

  // SessionHandler
  Status accept(ByteView encoded, std::uint32_t vector_count) override;
  Task<Status> run(std::unique_ptr<JointSession> session) override;

 private:
  Result<LoggedCommand> waiting_command(const CommandId& id) const;
  Status accept_plan(const KeyPlan& plan) const;
  Task<Status> run_here(JointSession& session, KeyPlan plan);
  Task<Status> propose(LoggedCommand command);
  Task<void> try_command(LoggedCommand command);
  /// True if the command is still worth trying.
  bool expire(const LoggedCommand& command);

  Event woken_;
  const Clock& monotonic_;
  KeySessionContext context_;
  KeyDecisions* decisions_;
  SessionHost* host_;
  const WallClock* clock_;
  Options options_;
  bool stopped_ = false;
};

extern template class BasicKeyMaker<FullLifeRules>;

}  // namespace tercet::node
