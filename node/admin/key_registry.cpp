#include "node/admin/key_registry.h"

#include <utility>

#include "core/secret/secret_bytes.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/model/version_name.h"
#include "node/store/command_log.h"
#include "node/store/iv_counts.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet::node {

namespace {

/// The command that made the key, where it made it disabled.
std::optional<CommandId> born_by(const KeyRecord& record) {
  const EpochRecord& first = record.versions.front();
  return first.terms.enabled ? std::nullopt : std::optional(first.made_by);
}

}  // namespace

std::vector<KeyId> KeyRegistry::load() {
  std::vector<KeyEpoch> all;
  for (const auto& [key, record] : store_->keys().all()) {
    for (const EpochRecord& epoch : record.versions) {
      all.push_back(epoch.name);
      note_settled(epoch);
    }
  }
  std::vector<KeyId> damaged;
  for (const KeyEpoch& name : all) {
    if (!load_epoch(name)) {
      store_->shares().mark_damaged(name);
      damaged.push_back(name.key);
    }
  }
  return damaged;
}

Status KeyRegistry::load_epoch(const KeyEpoch& name) {
  TERCET_TRY(const SecretBytes components, store_->shares().components(name));
  TERCET_TRY(const SecretBytes derived, store_->shares().derived(name));
  TERCET_TRY(auto material, mpc::KeyMaterial::restore(derived, party_));
  TERCET_TRY(const mpc::ByteShares kept, mpc::restore_components(components));
  const std::string id = version_name(name.key, name.version);
  const mpc::ByteShares& key = material->key();
  with_next_.put(id, mpc::component_fingerprint(name.epoch, mpc::next(party_), key.next));
  with_previous_.put(id, mpc::component_fingerprint(name.epoch, party_, key.own));
  materials_.insert_or_assign(name, std::move(material));
  return ok_status();
}

void KeyRegistry::note_settled(const EpochRecord& epoch) {
  ByteWriter facts;
  facts.raw(epoch.name.epoch.view()).raw(epoch.made_by.view()).raw(epoch.check_value);
  facts.text(epoch.terms.store).text(print_usage(epoch.terms.usage));
  facts.text(print_framing(epoch.terms.framing)).u8(epoch.terms.enabled ? 1 : 0);
  settled_.put(version_name(epoch.name.key, epoch.name.version), short_sha256(facts.bytes()));
}

Status KeyRegistry::refresh(const KeyId& key) {
  const KeyRecord* record = store_->keys().find(key);
  if (record == nullptr) {
    return Error(Errc::not_found, "refresh a key: there is no such key");
  }
  Status loaded = ok_status();
  const std::vector<EpochRecord> versions = record->versions;
  for (const EpochRecord& epoch : versions) {
    note_settled(epoch);
    if (epoch.damaged || materials_.contains(epoch.name)) {
      continue;
    }
    if (Status opened = load_epoch(epoch.name); !opened) {
      store_->shares().mark_damaged(epoch.name);
      loaded = std::move(opened);
    }
  }
  std::erase_if(materials_, [&](const auto& entry) {
    const EpochRecord* current =
        entry.first.key == key ? record->find(entry.first.version) : nullptr;
    return current != nullptr && current->name != entry.first;
  });
  state_changed(key);
  return loaded;
}

void KeyRegistry::state_changed(const KeyId& key) {
  if (changed_) {
    changed_(key);
  }
}

std::vector<CommandId> KeyRegistry::blocks(const KeyRecord& record) const {
  return store_->commands().blocks().standing(record.key, born_by(record));
}

bool KeyRegistry::blocked(const KeyRecord& record) const {
  return store_->commands().blocks().any_standing(record.key, born_by(record));
}

KeyEntry KeyRegistry::entry(const KeyRecord& record, const EpochRecord& epoch) const {
  KeyEntry out;
  out.id = record.key;
  out.store = epoch.terms.store;
  out.facts.enabled = !blocked(record);  // a damaged version has no material
  out.facts.may_encrypt = epoch.terms.usage.encrypt;
  out.facts.may_decrypt = epoch.terms.usage.decrypt;
  out.facts.framing = epoch.terms.framing;
  out.version = epoch.name.version;
  out.epoch = epoch.name.epoch;
  const auto found = materials_.find(epoch.name);
  if (found != materials_.end() && !epoch.damaged) {
    out.derived = found->second->derived();
    out.material = found->second;
  }
  return out;
}

std::optional<KeyEntry> KeyRegistry::find(const KeyId& key) const {
  const KeyRecord* record = store_->keys().find(key);
  if (record == nullptr) {
    return std::nullopt;
  }
  KeyEntry newest = entry(*record, record->newest());
  const std::size_t count = record->versions.size();
  if (count > 1 && !record->newest().settled) {
    newest.also_encrypts = record->versions[count - 2].name.version;
  }
  return newest;
}

std::optional<KeyEntry> KeyRegistry::find(const KeyId& key, KeyVersion version) const {
  const KeyRecord* record = store_->keys().find(key);
  const EpochRecord* epoch = record == nullptr ? nullptr : record->find(version);
  if (epoch == nullptr) {
    return std::nullopt;
  }
  return entry(*record, *epoch);
}

std::vector<KeyEntry> KeyRegistry::list() const {
  std::vector<KeyEntry> out;
  for (const auto& [key, record] : store_->keys().all()) {
    for (const EpochRecord& epoch : record.versions) {
      out.push_back(entry(record, epoch));
    }
  }
  return out;
}

Status KeyRegistry::count_ivs(const KeyId& key, KeyVersion version, std::uint32_t count) {
  return store_->iv_counts().take(key, version, count);
}

}  // namespace tercet::node
