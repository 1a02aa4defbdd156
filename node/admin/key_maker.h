#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "node/admin/command.h"
#include "node/admin/held.h"
#include "node/admin/key_session.h"
#include "node/policy/key_directory.h"
#include "node/session/session_host.h"
#include "node/store/command_log.h"
#include "node/store/key_types.h"

namespace tercet::node {

class KeyRegistry;

/// Makes keys in joint sessions (kind key_command): at all nodes it runs its part, at P1 it also
/// proposes, whenever a logged command waits, until the command is done or has expired.
///
/// Source:  protocol.md 6. Order of every session: agreement; components durable as pending; pair
/// digests and cross-commitments; derived values; set durable; HELD to both peers; key check;
/// active. A session that breaks off leaves a pending epoch; the next attempt takes the next one.
/// Secret:  components exist here as shares only; contributions are wiped with the session.
/// Threads: the service's executor only.
class KeyMaker final : public SessionHandler, public KeyStatements {
 public:
  class Options {
   public:
    Options() = default;
    Milliseconds session_limit{20'000};
    Milliseconds retry_pause{250};
  };

  /// `context` and what it points to outlive the maker.
  KeyMaker(const asio::any_io_executor& executor,
           const KeySessionContext& context,
           KeyRegistry& registry,
           SessionHost& host,
           const WallClock& clock,
           const Options& options);

  /// The node's loop: at P1 proposes for every waiting command; at all nodes gives up what has
  /// expired. Spawn it once in the service's task group; it ends with `stop` or cancellation.
  Task<void> drive();
  /// A command was logged, or all links are up: look again now.
  void wake();
  void stop();

  // SessionHandler
  Status accept(ByteView encoded, std::uint32_t vector_count) override;
  Task<Status> run(std::unique_ptr<JointSession> session) override;

  // KeyStatements
  std::vector<Bytes> statements() const override;
  Status offer_statement(mpc::PartyIndex from, ByteView encoded) override;

 private:
  Status accept_make(const KeyPlan& plan, std::uint32_t vector_count) const;
  Status accept_check(const KeyPlan& plan, std::uint32_t vector_count) const;
  Result<Command> waiting_command(const CommandId& id) const;
  Task<Status> propose(KeyPlan plan);
  Task<void> try_command(LoggedCommand entry);
  Task<void> try_checks();
  /// True if the command is still worth trying.
  bool expire(const LoggedCommand& entry);
  KeyPlan plan_for(const Command& command);
  /// A complete pending epoch becomes active, its key's record points to it, its command is done.
  Status activate(const KeyEpoch& name);
  Status consider_statement(mpc::PartyIndex from,
                            const EpochStatement& statement,
                            const EpochRecord& record);

  const Clock& monotonic_;
  Event woken_;
  KeySessionContext context_;
  KeyRegistry* registry_;
  SessionHost* host_;
  const WallClock* clock_;
  Options options_;
  bool stopped_ = false;
  std::set<KeyId> busy_;
  std::map<KeyId, std::uint32_t> epochs_tried_;
  /// Key check values that peers state about epochs that are pending here.
  std::map<KeyEpoch, std::map<mpc::PartyIndex, std::array<std::uint8_t, 4>>> stated_checks_;
  std::set<KeyEpoch> checks_wanted_;
};

}  // namespace tercet::node
