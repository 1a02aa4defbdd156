#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/command/command.h"
#include "tests/sim/cluster/node_site.h"
#include "tests/sim/invariants/key_truth.h"
#include "tests/sim/world/world.h"

namespace tercet::sim {

/// A command on its way through the cluster, as who signed it sees it.
class SentCommand {
 public:
  SentCommand() = default;
  node::Command command;
  std::string envelope;
  /// "accepted", "done", "failed" or a refusal's code, as each node last said; empty: not reached.
  std::array<std::string, kNodes> states;

  bool done_everywhere() const;
  bool failed_everywhere() const;
};

/// The administrators: sign commands and bring them to nodes, at once or later, as `tercet key`
/// does.
class Administrators {
 public:
  Administrators(World& world, std::vector<NodeSite*> nodes, KeyTruth& truth);

  // Commands as an administrator signs them now.

  node::Command create(const KeyId& key, std::int64_t lifetime_seconds = 600) const;
  /// With 32 random bytes, which the truth learns.
  node::Command import(const KeyId& key, std::int64_t lifetime_seconds = 600) const;
  /// The same with the raw framing of AAD, which no created key has.
  node::Command import_raw(const KeyId& key) const;
  node::Command rotate(const KeyId& key, KeyVersion to) const;
  node::Command lift(const KeyId& key, std::vector<CommandId> blocks) const;
  /// Disables it, or lifts the blocks that the node shows; nothing if it shows none.
  std::optional<node::Command> enable(const KeyId& key, bool enabled, Site as_seen_at) const;

  /// Signs; the command is with no node yet.
  std::shared_ptr<SentCommand> sign(const node::Command& command);
  /// Brings it to a node, again if it was there before. False if the node does not answer.
  bool bring(SentCommand& sent, Site node);
  void bring_to_all(SentCommand& sent);
  /// Asks the nodes what became of it.
  void ask(SentCommand& sent);

  const std::vector<std::shared_ptr<SentCommand>>& sent() const { return sent_; }

 private:
  node::ImportKey import_body(const KeyId& key) const;
  node::Command begin(node::CommandBody body, std::int64_t lifetime) const;

  World* world_;
  std::vector<NodeSite*> nodes_;
  KeyTruth* truth_;
  SiteClock wall_clock_;
  std::vector<std::shared_ptr<SentCommand>> sent_;
};

}  // namespace tercet::sim
