#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "bench/keys/dev_nodes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/command/command.h"
#include "node/command/envelope.h"
#include "node/decision/decision_record.h"
#include "node/store/share_store.h"

namespace tercet::bench {

/// Gives a development cluster many keys without making each: rows as if the nodes had made a key
/// jointly under every id, all with the shares of one key that they did make. Each row is what the
/// product would have written: the command signed by the administrator, the decision with the three
/// nodes' votes, fingerprints and commitments of the new epoch, sealed records under the new name.
class KeyCopies {
 public:
  /// `from`: a key of the cluster. Errors: not_found, and those of opening its shares.
  static Result<KeyCopies> of(DevNodes& nodes, const KeyId& from);

  /// Adds `prefix`-1 to `prefix`-`count`. `progress` is told how many are written. Errors:
  /// already_exists, storage_error.
  Status write(const std::string& prefix,
               std::size_t count,
               const std::function<void(std::size_t)>& progress);

 private:
  /// What one node has of the key that is copied.
  struct Held {
    node::EpochRecord row;
    node::EpochShares shares;
  };

  struct Copy {
    node::Command command;
    node::CommandEnvelope envelope;
    node::DecisionRecord decision;
  };

  explicit KeyCopies(DevNodes& nodes) : nodes_(&nodes) {}

  Copy make_copy(const KeyId& id) const;
  node::EpochRecord row_of(std::size_t node, const Copy& copy) const;
  Status write_at(std::size_t node, const std::vector<Copy>& copies);

  DevNodes* nodes_;
  std::vector<Held> held_;  ///< of P1, P2, P3
};

}  // namespace tercet::bench
