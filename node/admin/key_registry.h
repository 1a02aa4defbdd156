#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/config/node_config.h"
#include "mpc/party.h"
#include "node/admin/derived_sets.h"
#include "node/policy/key_directory.h"
#include "node/store/key_types.h"

namespace tercet::node {

class NodeStore;
class LoggedCommand;

/// The node's keys for the request path: records of the store in RAM, and the derived sets in use.
/// A version whose sealed records do not open is damaged from then on, and refused; the others
/// serve (rule D4). Threads: the service's executor only.
class KeyRegistry final : public KeyDirectory {
 public:
  /// `derived_sets`: so many are in memory at most.
  KeyRegistry(NodeStore& store,
              mpc::PartyIndex party,
              std::size_t derived_sets = NodeConfig::Stock().derived_sets);

  /// Takes up what the store has. Opens no shares.
  void load();

  // KeyDirectory
  std::optional<KeyEntry> find(const KeyId& key) const override;
  std::optional<KeyEntry> find(const KeyId& key, KeyVersion version) const override;
  std::vector<KeyEntry> list() const override;
  Status open(KeyEntry& entry) override;

  const DigestIndex& settled() const override { return settled_; }

  const DigestIndex& components(mpc::Side with) const override {
    return with == mpc::Side::next ? with_next_ : with_previous_;
  }

  Status count_ivs(const KeyId& key, KeyVersion version, std::uint32_t count) override;

  /// Called whenever a key's record or shares changed: what was prepared for it (slots, remembered
  /// keystream) must go when it no longer serves.
  void on_change(std::function<void(const KeyId&)> changed) { changed_ = std::move(changed); }

  /// Called when a version's shares turned out not to open, once for each: for the alarm.
  void on_damage(std::function<void(const KeyId&)> damaged) { damaged_ = std::move(damaged); }

  /// Called whenever a derived set was read from disk.
  void on_open(std::function<void()> opened) { opened_ = std::move(opened); }

  /// After the store made an epoch of it current: memory follows the record.
  void refresh(const KeyId& key);
  /// After a command that may block the key, or lift a block; whether or not the key is known.
  void state_changed(const KeyId& key);

  /// The blocks that keep the key from being used, in the order of their ids.
  std::vector<CommandId> blocks(const KeyRecord& record) const;
  /// Whether there is any; for the request path.
  bool blocked(const KeyRecord& record) const;

  const DerivedSets& derived_sets() const { return sets_; }

 private:
  void note(const EpochRecord& epoch);
  void damage(const KeyEpoch& name);
  KeyEntry entry(const KeyRecord& record, const EpochRecord& epoch) const;

  NodeStore* store_;
  DerivedSets sets_;
  DigestIndex settled_;
  DigestIndex with_next_;
  DigestIndex with_previous_;
  std::function<void(const KeyId&)> changed_;
  std::function<void(const KeyId&)> damaged_;
  std::function<void()> opened_;
};

}  // namespace tercet::node
