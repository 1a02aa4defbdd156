#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/command/command_verifier.h"
#include "node/model/membership.h"
#include "node/policy/key_directory.h"
#include "node/store/command_log.h"

namespace tercet {
class SigningKey;
}  // namespace tercet

namespace tercet::node {

class KeyRegistry;
class NodeStore;

/// Who handed a command to this node.
enum class CommandOrigin : std::uint8_t {
  administrator,  ///< fresh: must not have expired
  peer,           ///< catching up: commands of any age, with the receipts of other nodes
};

/// The one entry of signed commands into a node, whoever brings them: verify, log durably, and let
/// take effect what does so on arrival. Idempotent by the command's id.
///
/// - A block is in force at once, also on a key that is not known here.
/// - A permit gets this node's receipt if it has not expired yet; it is in force with two.
/// - A command that makes waits for the key maker. One that comes too late, or whose id belongs to
///   somebody, is kept as failed when a peer passes it on, so that all nodes know the same.
///
/// Threads: the service's executor only.
class CommandIntake final : public CommandExchange {
 public:
  /// What this node signs receipts with.
  class Signer {
   public:
    Signer(mpc::PartyIndex party, const SigningKey& signing_key) : self(party), key(&signing_key) {}

    mpc::PartyIndex self;
    const SigningKey* key;  ///< outlives the intake
  };

  CommandIntake(NodeStore& store,
                KeyRegistry& registry,
                const CommandVerifier& verifier,
                const ClusterId& cluster,
                Membership members,
                Signer signer,
                const WallClock& clock);

  /// Called after a command that makes a key was logged; the key maker sets it.
  void on_key_wanted(std::function<void()> wake) { wake_ = std::move(wake); }

  /// Called after every new command, for audit records; of what peers pass on, only if
  /// administrators signed it. What is refused can be handed in again, and is told again.
  void on_command(std::function<void(const Command&, CommandOrigin, const Status&)> record) {
    record_ = std::move(record);
  }

  /// Called with an envelope that the peers may lack: of every new command that an administrator
  /// gave to this node, and of permits that got its receipt. What one peer passed on, the exchange
  /// at link set-up tells the other.
  void on_accepted(std::function<void(ByteView envelope)> pass_on) {
    pass_on_ = std::move(pass_on);
  }

  /// The state of the command after this call; the same again for the same document.
  /// Errors: those of CommandVerifier and check_fresh; already_exists (another document under this
  /// id; a key of this name), not_authenticated (a receipt).
  Result<LoggedCommand> submit(std::string_view envelope, CommandOrigin origin);
  /// Errors: not_found.
  Result<LoggedCommand> find(const CommandId& id) const;

  // CommandExchange: what peers pass on after link set-up.
  const DigestIndex& digests() const override;
  std::optional<Bytes> command(const CommandId& id) const override;
  Result<std::optional<Bytes>> offer(ByteView document) override;

 private:
  Result<LoggedCommand> take(const CommandEnvelope& envelope,
                             const Command& command,
                             CommandOrigin origin);
  Status judge(LoggedCommand& entry, CommandOrigin origin) const;
  Status judge_making(LoggedCommand& entry, CommandOrigin origin, const Status& fresh) const;
  /// One of each node at most. Errors: not_authenticated.
  Result<std::vector<Receipt>> valid_receipts(const CommandEnvelope& envelope) const;
  Status merge_receipts(LoggedCommand known, const CommandEnvelope& offered);
  Receipt own_receipt(std::string_view document) const;

  NodeStore* store_;
  KeyRegistry* registry_;
  const CommandVerifier* verifier_;
  ClusterId cluster_;
  Membership members_;
  Signer signer_;
  const WallClock* clock_;
  std::function<void()> wake_;
  std::function<void(const Command&, CommandOrigin, const Status&)> record_;
  std::function<void(ByteView)> pass_on_;
};

}  // namespace tercet::node
