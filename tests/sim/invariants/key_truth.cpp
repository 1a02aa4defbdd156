#include "tests/sim/invariants/key_truth.h"

#include <algorithm>

#include "core/secret/access.h"
#include "mpc/engine/key_material.h"
#include "node/admin/key_registry.h"

namespace tercet::sim {

namespace {

std::string text_of(const VersionName& name) {
  return name.first.text() + " version " + std::to_string(name.second.value());
}

}  // namespace

bool KeyTruth::look_at(std::size_t node) {
  NodeSite& site = *nodes_[node];
  Watched& watched = watched_[node];
  if (site.core() == nullptr) {
    const bool was_there = watched.process != 0;
    watched = Watched();
    return was_there;
  }
  if (watched.process == site.starts() && watched.syncs == site.syncs()) {
    return false;
  }
  if (watched.process != site.starts()) {
    watched = Watched();
  }
  watched.process = site.starts();
  watched.syncs = site.syncs();
  watched.enabled.clear();
  for (node::KeyEntry& entry : site.core()->keys().list()) {
    static_cast<void>(site.core()->keys().open(entry));  // damaged: it serves nothing
    take_entry(node, entry);
  }
  return true;
}

void KeyTruth::take_entry(std::size_t node, const node::KeyEntry& entry) {
  Watched& watched = watched_[node];
  watched.enabled[entry.id] = entry.facts.enabled;
  if (!entry.material) {
    return;
  }
  const VersionName name(entry.id, entry.version);
  const auto [framing, first] = framings_.emplace(name, entry.facts.framing);
  if (!first && framing->second != entry.facts.framing) {
    violations_->add("I3: " + Setup::node_name(node) + " serves " + text_of(name) +
                     " with another framing than it was served with before, or at its peer");
    framing->second = entry.facts.framing;
  }
  if (auto& known = watched.materials[name]; known != entry.material) {
    known = entry.material;
    learn(node, name, *entry.material);
  }
}

void KeyTruth::learn(std::size_t node, const VersionName& name, const mpc::KeyMaterial& material) {
  const SecretAccess access = SecretAccess::grant();
  const std::array<Bytes, 2> held = {to_bytes(material.key().own.expose(access)),
                                     to_bytes(material.key().next.expose(access))};
  Components& components = known_[name];
  for (std::size_t side = 0; side < held.size(); ++side) {
    Bytes& component = components[(node + side) % kNodes];
    if (component.empty()) {
      component = held[side];
    } else if (component != held[side]) {
      violations_->add("I3: " + nodes_[node]->core()->keys().find(name.first)->derived.short_hex() +
                       ": " + Setup::node_name(node) + " serves other bytes for " + text_of(name) +
                       " than was served before, or at its peer");
    }
  }
  check_import(name);
}

void KeyTruth::check_import(const VersionName& name) {
  const std::optional<Bytes> bytes = key(name);
  const auto expected = imports_.find(name.first);
  if (bytes && name.second == KeyVersion(1) && expected != imports_.end() &&
      !created_.contains(name.first) && !expected->second.contains(*bytes)) {
    violations_->add("I1: " + text_of(name) + " is not what was imported");
  }
}

void KeyTruth::look() {
  bool news = false;
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    news |= look_at(node);
  }
  if (news) {
    note_refusals();
  }
}

void KeyTruth::note_refusals() {
  std::map<KeyId, int> refusing;
  for (const Watched& watched : watched_) {
    for (const auto& [key, enabled] : watched.enabled) {
      refusing[key] += enabled ? 0 : 1;
    }
  }
  std::erase_if(refused_since_, [&](const auto& entry) {
    const auto found = refusing.find(entry.first);
    return found == refusing.end() || found->second < 2;
  });
  for (const auto& [key, count] : refusing) {
    if (count >= 2) {
      refused_since_.emplace(key, time_->now());
    }
  }
}

std::optional<Bytes> KeyTruth::key(const VersionName& name) const {
  const auto found = known_.find(name);
  if (found == known_.end()) {
    return std::nullopt;
  }
  Bytes key(32);
  for (const Bytes& component : found->second) {
    if (component.empty()) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
      key[i] = static_cast<std::uint8_t>(key[i] ^ component[i]);
    }
  }
  return key;
}

std::vector<VersionName> KeyTruth::names() const {
  std::vector<VersionName> names;
  for (const auto& [name, components] : known_) {
    names.push_back(name);
  }
  return names;
}

std::optional<mpc::wire::AadFraming> KeyTruth::framing(const VersionName& name) const {
  const auto found = framings_.find(name);
  return found == framings_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<SteadyTime> KeyTruth::refused_since(const KeyId& key) const {
  const auto found = refused_since_.find(key);
  return found == refused_since_.end() ? std::nullopt : std::optional(found->second);
}

bool KeyTruth::enabled_everywhere(const VersionName& name) const {
  bool in_use = false;
  for (const Watched& watched : watched_) {
    const auto enabled = watched.enabled.find(name.first);
    if (enabled != watched.enabled.end() && !enabled->second) {
      return false;
    }
    in_use |= watched.materials.contains(name);
  }
  return in_use;
}

}  // namespace tercet::sim
