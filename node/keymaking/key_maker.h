#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "node/decision/life_rules.h"
#include "node/keymaking/key_decisions.h"
#include "node/keymaking/key_session.h"
#include "node/keymaking/making_queue.h"
#include "node/session/session_host.h"
#include "node/store/command_log.h"

namespace tercet::node {

/// Makes key versions in joint sessions (kind key_command): at all nodes it runs its part and
/// votes, at P1 it also proposes, whenever a logged command waits, until a decision ends the
/// command or it has expired. P1 tries many commands side by side, those that wait longest first,
/// and one whose attempts fail less and less often (making_queue.h).
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
    MakingQueue::Pauses pauses;
    std::size_t side_by_side_max = 32;
  };

  /// The node's loop: at P1 begins a session for every waiting command that is due; at all nodes
  /// gives up what has expired, and says again what is open. Waits for no session. Spawn it once in
  /// the service's task group; it ends with `stop` or cancellation, and its sessions with it.
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
  /// Begins what is due and may run.
  void begin_due();
  /// Why no session for the command can begin now; empty if one can.
  std::string unready(const OpenMaking& making) const;
  Task<void> try_command(CommandId id);
  void give_back(const CommandId& id, const Status& attempt);
  /// Keeps with commands why they wait; one transaction.
  void note_details(const std::map<CommandId, std::string>& details);
  /// Gives up what has expired; false if there is more of it.
  bool expire();
  Status give_up(const std::vector<CommandId>& expired);
  /// When the loop looks again if nothing wakes it.
  Deadline next_look(SteadyTime say_again_at, bool at_once) const;

  Event woken_;
  const Clock& monotonic_;
  KeySessionContext context_;
  KeyDecisions* decisions_;
  SessionHost* host_;
  const WallClock* clock_;
  Options options_;
  MakingQueue queue_;
  TaskGroup sessions_;
  bool three_up_ = false;
  SteadyTime stocked_at_{};  ///< vectors are there again, it is hoped
  std::int64_t expired_until_ = 0;
  bool stopped_ = false;
};

extern template class BasicKeyMaker<FullLifeRules>;

}  // namespace tercet::node
