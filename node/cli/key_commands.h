#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/config/admin_config.h"
#include "core/time/clock.h"
#include "node/cli/admin_client.h"
#include "node/command/command.h"
#include "node/command/envelope.h"

namespace tercet::cli {

/// How sending a command ended.
class CommandOutcome {
 public:
  CommandOutcome() = default;
  int exit_code = 0;
  bool in_force = false;  ///< all needed nodes have confirmed
  std::string id;
  NodeAnswers answers;  ///< the last of each node
  std::vector<std::string> complaints;
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

  /// A command with id, cluster and times filled in.
  node::Command begin(node::CommandBody body, Milliseconds limit) const;
  CommandOutcome send(const node::Command& command, Milliseconds limit);

 private:
  class Signer;
  Administration();
  node::CommandEnvelope sign(const node::Command& command) const;
  void wait_until_done(CommandOutcome& outcome, std::size_t needed, Deadline deadline);

  AdminConfig config_;
  std::vector<Signer> signers_;
  std::unique_ptr<AdminClient> client_;
};

}  // namespace tercet::cli
