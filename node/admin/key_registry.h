#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/party.h"
#include "node/policy/key_directory.h"
#include "node/store/key_types.h"

namespace tercet::node {

class NodeStore;
class LoggedCommand;

/// The node's keys for the request path: records of the store, and the shares of the active epochs
/// in RAM. A key whose sealed records do not open is kept as damaged and refused; the others serve
/// (rule D4). Threads: the service's executor only.
class KeyRegistry final : public KeyDirectory {
 public:
  KeyRegistry(NodeStore& store, mpc::PartyIndex party) : store_(&store), party_(party) {}

  /// Loads the shares of all current epochs. Returns the keys that are damaged, for the alarm.
  std::vector<KeyId> load();

  // KeyDirectory
  std::optional<KeyEntry> find(const KeyId& key) const override;
  std::optional<KeyEntry> find(const KeyId& key, KeyVersion version) const override;
  std::vector<KeyEntry> list() const override;

  const DigestIndex& settled() const override { return settled_; }

  const DigestIndex& components(mpc::Side with) const override {
    return with == mpc::Side::next ? with_next_ : with_previous_;
  }

  Status count_ivs(const KeyId& key, KeyVersion version, std::uint32_t count) override;

  /// Called whenever a key's record or shares changed: what was prepared for it (slots, remembered
  /// keystream) must go when it no longer serves.
  void on_change(std::function<void(const KeyId&)> changed) { changed_ = std::move(changed); }

  /// After the store made an epoch of it current: memory follows the record, epoch by epoch.
  Status refresh(const KeyId& key);
  /// After a command that may block the key, or lift a block; whether or not the key is known.
  void state_changed(const KeyId& key);

  /// The blocks that keep the key from being used, in the order of their ids.
  std::vector<CommandId> blocks(const KeyRecord& record) const;
  /// Whether there is any; for the request path.
  bool blocked(const KeyRecord& record) const;

 private:
  Status load_epoch(const KeyEpoch& name);
  void note_settled(const EpochRecord& epoch);
  KeyEntry entry(const KeyRecord& record, const EpochRecord& epoch) const;

  NodeStore* store_;
  mpc::PartyIndex party_;
  std::map<KeyEpoch, std::shared_ptr<const mpc::KeyMaterial>> materials_;
  DigestIndex settled_;
  DigestIndex with_next_;
  DigestIndex with_previous_;
  std::function<void(const KeyId&)> changed_;
};

}  // namespace tercet::node
