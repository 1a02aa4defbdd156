#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "node/decision/decision_record.h"

namespace tercet::node {

class NodeStore;

/// Where the decisions of a node are kept: its store. Here a decision becomes what it decided:
/// epochs become current or go, commands are done or have failed.
/// Threads: that of the store.
class StoredDecisions final : public DecisionStorage {
 public:
  /// `store` outlives it.
  explicit StoredDecisions(NodeStore& store) : store_(&store) {}

  Result<std::vector<DecisionRecord>> open_decisions() const override;
  Result<std::optional<DecisionRecord>> find(const SessionId& sid) const override;
  Status atomically(const std::function<Status()>& work) override;
  Status put(const DecisionRecord& record) override;
  Status make_current(const DecisionRecord& record) override;
  Status drop_set(const DecisionRecord& record) override;
  Status destroy_old(const DecisionRecord& record) override;

 private:
  Status end_commands(const DecidedKey& made);

  NodeStore* store_;
};

}  // namespace tercet::node
