#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/config/admin_config.h"
#include "core/time/clock.h"
#include "node/cli/admin_client.h"
#include "node/command/command.h"
#include "node/command/envelope.h"

namespace tercet::cli {

/// More would wait at the nodes, which have at most 64 decisions open.
inline constexpr std::size_t kSideBySideMax = 32;

/// How sending a command ended.
class CommandOutcome {
 public:
  CommandOutcome() = default;
  int exit_code = 0;
  bool sent = false;      ///< a node may know of it
  bool in_force = false;  ///< all needed nodes have confirmed
  bool exists = false;    ///< of several keys: it was there before, as it was to be made
  std::string id;
  NodeAnswers answers;  ///< the last of each node
  std::vector<std::string> complaints;
  std::vector<std::string> notes;  ///< what to know though it is in force
};

/// Makes, signs and sends commands for one administrator (and cosigners), and waits until the nodes
/// that are needed have confirmed: all three for what makes shares, two for what blocks or lifts
/// (rules Q1, Q2, Q4).
class Administration {
 public:
  /// Loads admin.yaml and the cosigners' ones. Errors: config_error.
  static Result<std::unique_ptr<Administration>> load(const std::string& config,
                                                      const std::vector<std::string>& cosigners);
  ~Administration();

  const ClusterConfig& cluster() const { return config_.cluster; }

  AdminClient& client() { return *client_; }

  /// Makes keys although a node lacks data that it had; refused otherwise.
  void make_despite_alarm(bool despite) { despite_alarm_ = despite; }

  /// A command with id, cluster and times filled in.
  node::Command begin(node::CommandBody body, Milliseconds limit) const;
  /// `in_force` (may be empty) is called when enough nodes have confirmed what they were sent,
  /// while another may still be waited for.
  CommandOutcome send(const node::Command& command,
                      Milliseconds limit,
                      const std::function<void()>& in_force = {});

  /// What is told of each command of several, as it ends.
  using Ended = std::function<void(const node::Command& command, const CommandOutcome& outcome)>;

  /// Commands that make keys, up to kSideBySideMax under way at once, `limit` for each. After one
  /// that finds a node away no more are begun. One that is there already with the same terms is
  /// done
  /// (`exists`), so that a call may be given again. Returns how many were begun.
  std::size_t send_all(std::vector<node::CommandBody> bodies, Milliseconds limit, Ended ended);

 private:
  class Signer;
  class Several;
  Administration();
  node::CommandEnvelope sign(const node::Command& command) const;
  /// Why nothing needs to be sent, if so.
  Task<void> check_ready(node::CommandForm form, CommandOutcome& outcome);
  Task<void> carry_out(const node::Command& command,
                       Milliseconds limit,
                       Milliseconds pause,
                       const std::string& waiting_for,
                       const std::function<void()>& in_force,
                       CommandOutcome& outcome);
  /// Whether other commands block the key that was made.
  Task<void> note_blocks(const node::Command& command, CommandOutcome& outcome);
  /// Whether a key that was refused is there already, as it was to be made.
  Task<void> look_whether_it_exists(const node::Command& command, CommandOutcome& outcome);
  Task<void> send_in_turn(Several& several);
  Task<void> send_side_by_side(Several& several);
  Task<void> wait_until_done(CommandOutcome& outcome,
                             std::size_t needed,
                             Deadline deadline,
                             Milliseconds pause,
                             const std::string& waiting_for);

  AdminConfig config_;
  bool despite_alarm_ = false;
  std::vector<Signer> signers_;
  std::unique_ptr<AdminClient> client_;
};

}  // namespace tercet::cli
