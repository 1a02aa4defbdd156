#include "node/admin/key_registry.h"

#include <utility>

#include "mpc/engine/key_material.h"
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

KeyRegistry::KeyRegistry(NodeStore& store, mpc::PartyIndex party, std::size_t derived_sets)
    : store_(&store), sets_(store.shares(), party, derived_sets) {}

void KeyRegistry::load() {
  for (const auto& [key, record] : store_->keys().all()) {
    for (const EpochRecord& epoch : record.versions) {
      note(epoch);
    }
  }
}

void KeyRegistry::note(const EpochRecord& epoch) {
  ByteWriter facts;
  facts.raw(epoch.name.epoch.view()).raw(epoch.made_by.view()).raw(epoch.check_value);
  facts.text(epoch.terms.store).text(print_usage(epoch.terms.usage));
  facts.text(print_framing(epoch.terms.framing)).u8(epoch.terms.enabled ? 1 : 0);
  const std::string id = version_name(epoch.name.key, epoch.name.version);
  settled_.put(id, short_sha256(facts.bytes()));
  with_next_.put(id, epoch.next_fingerprint);
  with_previous_.put(id, epoch.own_fingerprint);
}

void KeyRegistry::refresh(const KeyId& key) {
  const KeyRecord* record = store_->keys().find(key);
  if (record == nullptr) {
    return;
  }
  for (const EpochRecord& epoch : record->versions) {
    note(epoch);
  }
  state_changed(key);
}

Status KeyRegistry::open(KeyEntry& entry) {
  const KeyEpoch name(entry.id, entry.version, entry.epoch);
  entry.material = sets_.kept(name);
  if (!entry.material) {
    const KeyRecord* record = store_->keys().find(entry.id);
    const EpochRecord* epoch = record == nullptr ? nullptr : record->find(entry.version);
    if (epoch == nullptr || epoch->name != name) {
      return Error(Errc::not_found, "open a key's shares: this epoch of it is not in use here");
    }
    if (epoch->damaged) {
      return Error(Errc::seal_broken, "open a key's shares: they are damaged");
    }
    Result<DerivedSets::Material> opened = sets_.open(*epoch);
    if (!opened) {
      if (opened.error().code() != Errc::storage_error) {
        damage(name);
      }
      return opened.error();
    }
    entry.material = std::move(opened).value();
    if (opened_) {
      opened_();
    }
  }
  entry.derived = entry.material->derived();
  return ok_status();
}

void KeyRegistry::damage(const KeyEpoch& name) {
  store_->shares().mark_damaged(name);
  if (damaged_) {
    damaged_(name.key);
  }
  state_changed(name.key);
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
  out.facts.enabled = !blocked(record);  // a damaged version does not open
  out.facts.may_encrypt = epoch.terms.usage.encrypt;
  out.facts.may_decrypt = epoch.terms.usage.decrypt;
  out.facts.framing = epoch.terms.framing;
  out.version = epoch.name.version;
  out.epoch = epoch.name.epoch;
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
