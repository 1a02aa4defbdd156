#include "node/admin/key_registry.h"

#include "core/secret/secret_bytes.h"
#include "mpc/engine/key_material.h"
#include "node/store/iv_counts.h"
#include "node/store/key_records.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet::node {

std::vector<KeyId> KeyRegistry::load() {
  std::vector<KeyId> damaged;
  for (const KeyRecord& record : store_->keys().all()) {
    if (record.epoch && !load_epoch(record)) {
      store_->keys().mark_damaged(record.key);
      damaged.push_back(record.key);
    }
  }
  return damaged;
}

Status KeyRegistry::load_epoch(const KeyRecord& record) {
  const KeyEpoch name(record.key, record.version, *record.epoch);
  materials_.erase(std::pair(record.key, record.version));
  TERCET_TRY(const EpochRecord epoch, store_->shares().find(name));
  if (epoch.state != EpochState::active) {
    return Error(Errc::storage_corrupt, "load a key: the epoch in use is not an active one");
  }
  TERCET_TRY(const SecretBytes components, store_->shares().components(name));
  TERCET_TRY(const SecretBytes derived, store_->shares().derived(name));
  TERCET_TRY(auto material, mpc::KeyMaterial::restore(derived, party_));
  TERCET_TRY(const mpc::ByteShares kept, mpc::restore_components(components));
  materials_.insert_or_assign(std::pair(record.key, record.version), std::move(material));
  return ok_status();
}

Status KeyRegistry::refresh(const KeyId& key) {
  const KeyRecord* record = store_->keys().find(key);
  if (record == nullptr) {
    return Error(Errc::not_found, "refresh a key: there is no such key");
  }
  Status loaded = ok_status();
  const bool in_memory = materials_.contains(std::pair(key, record->version));
  if (record->epoch && !record->damaged && !in_memory) {
    loaded = load_epoch(*record);
    if (!loaded) {
      store_->keys().mark_damaged(key);
    }
  }
  if (changed_) {
    changed_(key);
  }
  return loaded;
}

std::optional<KeyEntry> KeyRegistry::entry(const KeyRecord& record) const {
  KeyEntry out;
  out.id = record.key;
  out.store = record.store;
  out.facts.enabled = record.serves();
  out.facts.may_encrypt = record.usage.encrypt;
  out.facts.may_decrypt = record.usage.decrypt;
  out.facts.framing = record.framing;
  out.version = record.version;
  out.revision = record.revision;
  if (record.epoch) {
    out.epoch = *record.epoch;
  }
  const auto found = materials_.find(std::pair(record.key, record.version));
  if (found != materials_.end() && !record.damaged) {
    out.derived = found->second->derived();
    out.material = found->second;
  }
  return out;
}

std::optional<KeyEntry> KeyRegistry::find(const KeyId& key) const {
  const KeyRecord* record = store_->keys().find(key);
  // A key that never became active does not exist for those who ask.
  if (record == nullptr || !record->epoch) {
    return std::nullopt;
  }
  return entry(*record);
}

std::optional<KeyEntry> KeyRegistry::find(const KeyId& key, KeyVersion version) const {
  std::optional<KeyEntry> current = find(key);
  if (!current || current->version != version) {
    return std::nullopt;
  }
  return current;
}

std::vector<KeyEntry> KeyRegistry::list() const {
  std::vector<KeyEntry> out;
  for (const KeyRecord& record : store_->keys().all()) {
    if (record.epoch) {
      out.push_back(*entry(record));
    }
  }
  return out;
}

Status KeyRegistry::count_ivs(const KeyId& key, KeyVersion version, std::uint32_t count) {
  return store_->iv_counts().take(key, version, count);
}

}  // namespace tercet::node
