#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "node/admin/command_verifier.h"
#include "node/policy/key_directory.h"
#include "node/store/command_log.h"

namespace tercet::node {

class KeyRecord;
class KeyRegistry;
class NodeStore;

/// The one entry of signed commands into a node, whoever brings them: verify, log durably, and for
/// enable and disable change the record in the same transaction. Idempotent by the command's id.
///
/// - disable takes effect at once and is accepted from any revision not older than the key's (rule
/// Q1);
/// - enable needs exactly the key's revision (rule Q2);
/// - create and import insert the record, without shares, and wake the key maker; an id whose
/// making
///   failed for good may be used again, since no key ever had it (rule K5).
///
/// Threads: the service's executor only.
class CommandIntake final : public CommandExchange {
 public:
  CommandIntake(NodeStore& store,
                KeyRegistry& registry,
                const CommandVerifier& verifier,
                const WallClock& clock);

  /// Called after a command that makes a key was logged; the key maker sets it.
  void on_key_wanted(std::function<void()> wake) { wake_ = std::move(wake); }

  /// Called after every command, for audit records.
  void on_command(std::function<void(const Command&, const Status&)> record) {
    record_ = std::move(record);
  }

  /// Called with the envelope of every new command that an administrator gave to this node, to tell
  /// peers. What one peer passed on, the exchange at link set-up tells the other.
  void on_accepted(std::function<void(ByteView envelope)> pass_on) {
    pass_on_ = std::move(pass_on);
  }

  /// The state of the command after this call; the same again for the same document.
  /// Errors: those of CommandVerifier; already_exists (another document under this id; a key of
  /// this name), not_found (no such key), wrong_state (revision).
  Result<LoggedCommand> submit(std::string_view envelope, CommandOrigin origin);
  /// Errors: not_found.
  Result<LoggedCommand> find(const CommandId& id) const;

  // CommandExchange: what peers pass on after link set-up.
  std::vector<CommandId> command_ids() const override;
  std::optional<Bytes> command(const CommandId& id) const override;
  Status offer(ByteView document) override;

 private:
  Result<LoggedCommand> submit_verified(const Command& command, std::string_view envelope);
  Status apply(const Command& command);
  Status make_record(const Command& command, const KeyRecord* known);

  NodeStore* store_;
  KeyRegistry* registry_;
  const CommandVerifier* verifier_;
  const WallClock* clock_;
  std::function<void()> wake_;
  std::function<void(const Command&, const Status&)> record_;
  std::function<void(ByteView)> pass_on_;
};

}  // namespace tercet::node
