#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "node/policy/key_directory.h"
#include "tests/sim/cluster/node_site.h"
#include "tests/sim/invariants/violations.h"

namespace tercet::sim {

/// One version of one key.
using VersionName = std::pair<KeyId, KeyVersion>;

/// What the keys of the cluster are, as only a test may know: put together from what the nodes
/// serve with, once, and never to change from then on (invariant I3). Looks at the nodes after
/// every step in which a disk was written.
class KeyTruth {
 public:
  KeyTruth(std::vector<NodeSite*> nodes, const VirtualTime& time, Violations& violations)
      : nodes_(std::move(nodes)), time_(&time), violations_(&violations), watched_(nodes_.size()) {}

  /// Raw bytes that an import command brings: version 1 of the id must be one of these.
  void expect_import(const KeyId& key, Bytes raw) { imports_[key].insert(std::move(raw)); }

  /// The id may also be made by a create command, whose bytes nobody knows.
  void expect_creation(const KeyId& key) { created_.insert(key); }

  void look();

  /// The 32 bytes; nothing before enough nodes have had them.
  std::optional<Bytes> key(const VersionName& name) const;
  std::vector<VersionName> names() const;
  /// As the nodes serve it; nothing before one does.
  std::optional<mpc::wire::AadFraming> framing(const VersionName& name) const;

  /// Since when two running nodes refuse the key; nothing while they do not (I5).
  std::optional<SteadyTime> refused_since(const KeyId& key) const;
  /// Whether a node has it in use, and none has disabled it.
  bool enabled_everywhere(const VersionName& name) const;

 private:
  using Components = std::array<Bytes, 3>;  ///< empty where not known

  /// One node's view of its keys, when it was last looked at.
  class Watched {
   public:
    unsigned process = 0;
    std::uint64_t syncs = 0;
    std::map<VersionName, std::shared_ptr<const mpc::KeyMaterial>> materials;
    std::map<KeyId, bool> enabled;
  };

  bool look_at(std::size_t node);
  void take_entry(std::size_t node, const node::KeyEntry& entry);
  void learn(std::size_t node, const VersionName& name, const mpc::KeyMaterial& material);
  void check_import(const VersionName& name);
  void note_refusals();

  std::vector<NodeSite*> nodes_;
  const VirtualTime* time_;
  Violations* violations_;
  std::vector<Watched> watched_;
  std::map<VersionName, Components> known_;
  std::map<VersionName, mpc::wire::AadFraming> framings_;
  std::map<KeyId, std::set<Bytes>> imports_;
  std::set<KeyId> created_;
  std::map<KeyId, SteadyTime> refused_since_;
};

}  // namespace tercet::sim
