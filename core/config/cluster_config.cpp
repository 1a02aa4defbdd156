#include "core/config/cluster_config.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "core/config/loader.h"
#include "core/config/shared_sections.h"
#include "core/xks/operation.h"

namespace tercet {
namespace {

using config::Section;

constexpr std::size_t kNodes = 3;

Result<ClusterId> parse_cluster_id(std::string_view text) {
  const Result<Bytes> bytes = from_hex(text);
  if (!bytes || bytes->size() != ClusterId::kBytes) {
    return Error(Errc::invalid_argument, "expected 32 hexadecimal digits");
  }
  return ClusterId::copy_of(*bytes);
}

/// A name that no entry before it in the same list has.
std::string unique_name(Section& section, std::string_view key, std::set<std::string>& seen) {
  std::string name = section.text(key);
  if (!name.empty() && !config::is_name(name)) {
    section.problem(key, "expected 1 to 64 letters, digits, '-', '_' or '.'");
  } else if (!name.empty() && !seen.insert(name).second) {
    section.problem(key, "is there twice");
  }
  return name;
}

/// Which TLS keys may be shown under a name: one, or two and more while keys are exchanged. No key
/// is of two members (`seen`): one could be taken for the other.
std::vector<KeyPin> read_pins(Section& section, std::set<KeyPin>& seen) {
  constexpr std::size_t kPinsMax = 4;
  std::vector<KeyPin> pins;
  const std::vector<std::string> texts = section.texts("tls_pins");
  if (section.has("tls_pins") && (texts.empty() || texts.size() > kPinsMax)) {
    section.problem("tls_pins", "expected one to four");
  }
  for (const std::string& text : texts) {
    const Result<KeyPin> pin = parse_key_pin(text);
    if (!pin) {
      section.problem("tls_pins", pin.error().what());
    } else if (!seen.insert(*pin).second) {
      section.problem("tls_pins", "one is there twice, or another member's too");
    } else {
      pins.push_back(*pin);
    }
  }
  return pins;
}

void read_administrators(Section& root, ClusterConfig& cluster, std::set<KeyPin>& pins) {
  std::set<std::string> names;
  for (Section& section : root.sections("administrators")) {
    ClusterConfig::Administrator each;
    each.name = unique_name(section, "name", names);
    each.public_key = section.parsed<PublicKey>("public_key", &PublicKey::parse);
    each.tls_pins = read_pins(section, pins);
    section.finish();
    for (const ClusterConfig::Administrator& other : cluster.administrators) {
      if (other.public_key == each.public_key) {
        section.problem("public_key", "is another administrator's too");
      }
    }
    cluster.administrators.push_back(std::move(each));
  }
  cluster.quorum = static_cast<std::uint32_t>(root.integer("quorum", 1, 16));
  if (cluster.quorum > std::max<std::size_t>(cluster.administrators.size(), 1)) {
    root.problem("quorum", "is above the number of administrators");
  }
}

void read_nodes(Section& root, ClusterConfig& cluster, std::set<KeyPin>& pins) {
  std::set<std::string> names;
  std::set<std::uint8_t> indices;
  for (Section& section : root.sections("nodes")) {
    ClusterConfig::Node node;
    node.id = unique_name(section, "id", names);
    node.index = static_cast<std::uint8_t>(section.integer("index", 1, kNodes));
    if (!indices.insert(node.index).second) {
      section.problem("index", "is another node's too");
    }
    node.peer_address = section.address("peer_address");
    node.bulk_address = section.address_or_none("bulk_address");
    if (node.bulk_address.empty()) {
      node.bulk_address = node.peer_address;
    }
    node.proxy_address = section.address("proxy_address");
    node.admin_address = section.address("admin_address");
    node.signing_public_key = section.parsed<PublicKey>("signing_public_key", &PublicKey::parse);
    node.import_public_key =
        section.parsed<BoxPublicKey>("import_public_key", &BoxPublicKey::parse);
    node.tls_pins = read_pins(section, pins);
    section.finish();
    cluster.nodes.push_back(std::move(node));
  }
  if (cluster.nodes.size() != kNodes) {
    root.problem("nodes", "expected three");
  }
  std::sort(cluster.nodes.begin(), cluster.nodes.end(), [](const auto& a, const auto& b) {
    return a.index < b.index;
  });
}

void read_stores(Section& root, ClusterConfig& cluster) {
  std::set<std::string> names;
  std::set<std::string> paths;
  std::set<std::string> access_keys;
  for (Section& section : root.sections("stores")) {
    ClusterConfig::Store store;
    store.name = unique_name(section, "name", names);
    store.uri_path = section.text("uri_path");
    if (!store.uri_path.empty() && !xks::is_base_path(store.uri_path)) {
      section.problem("uri_path", "expected /kms/xks/v1, or /PREFIX/kms/xks/v1");
    } else if (!store.uri_path.empty() && !paths.insert(store.uri_path).second) {
      section.problem("uri_path", "is another store's too");
    }
    store.regions = section.texts("regions");
    store.access_key_ids = section.texts("access_key_ids");
    for (const std::string& id : store.access_key_ids) {
      if (!xks::is_access_key_id(id)) {
        section.problem("access_key_ids", "expected 20 to 30 of A-Z and 2-7");
      } else if (!access_keys.insert(id).second) {
        section.problem("access_key_ids", "one is there twice, or another store's too");
      }
    }
    section.finish();
    cluster.stores.push_back(std::move(store));
  }
}

template <class List, class Name>
auto find_by(const List& list, Name name, std::string_view wanted) -> decltype(list.data()) {
  const auto found = std::find_if(
      list.begin(), list.end(), [&](const auto& each) { return each.*name == wanted; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const ClusterConfig::Node* ClusterConfig::find_node(std::string_view node_id) const {
  return find_by(nodes, &Node::id, node_id);
}

const ClusterConfig::Administrator* ClusterConfig::find_administrator(std::string_view name) const {
  return find_by(administrators, &Administrator::name, name);
}

const ClusterConfig::Store* ClusterConfig::find_store(std::string_view name) const {
  return find_by(stores, &Store::name, name);
}

const ClusterConfig::Store* ClusterConfig::find_store_by_access_key(
    std::string_view access_key_id) const {
  for (const Store& store : stores) {
    for (const std::string& known : store.access_key_ids) {
      if (known == access_key_id) {
        return &store;
      }
    }
  }
  return nullptr;
}

const ClusterConfig::Proxy* ClusterConfig::find_proxy(std::string_view name) const {
  return find_by(proxies, &Proxy::name, name);
}

void ClusterConfig::take_changes_of(const ClusterConfig& fresh) {
  for (Node& node : nodes) {
    if (const Node* same = fresh.find_node(node.id)) {
      node.tls_pins = same->tls_pins;
    }
  }
  for (Proxy& proxy : proxies) {
    if (const Proxy* same = fresh.find_proxy(proxy.name)) {
      proxy.tls_pins = same->tls_pins;
    }
  }
  for (Administrator& administrator : administrators) {
    if (const Administrator* same = fresh.find_administrator(administrator.name)) {
      administrator.tls_pins = same->tls_pins;
    }
  }
  stores = fresh.stores;
}

Result<ClusterConfig> load_cluster_config(const std::string& path) {
  TERCET_TRY(const config::Document document, config::Document::open(path));
  config::Problems problems;
  Section root = document.root(problems);
  ClusterConfig cluster;
  cluster.id = root.parsed<ClusterId>("cluster_id", &parse_cluster_id);
  constexpr std::int64_t kMembershipMax = std::numeric_limits<std::uint32_t>::max();
  cluster.membership = MembershipNumber(
      static_cast<std::uint32_t>(root.integer_or("membership", 1, 1, kMembershipMax)));
  const std::string pair_mode = root.text("pair_mode");
  if (!pair_mode.empty() && pair_mode != "off") {
    root.problem("pair_mode", "only off is possible in this version");
  }
  std::set<KeyPin> pins;
  read_administrators(root, cluster, pins);
  read_nodes(root, cluster, pins);
  std::set<std::string> proxy_names;
  for (Section& section : root.sections("proxies")) {
    ClusterConfig::Proxy proxy;
    proxy.name = unique_name(section, "name", proxy_names);
    proxy.tls_pins = read_pins(section, pins);
    section.finish();
    cluster.proxies.push_back(std::move(proxy));
  }
  cluster.ca_file = root.path("ca_file");
  cluster.health_key = root.parsed<KeyId>("health_key", &KeyId::parse);
  constexpr std::int64_t kRememberedMax = 1 << 20;
  cluster.remembered_ciphertexts = static_cast<std::uint32_t>(
      root.integer_or("remembered_ciphertexts", cluster.remembered_ciphertexts, 0, kRememberedMax));
  read_stores(root, cluster);
  root.finish();
  if (!problems.empty()) {
    return problems.error(path);
  }
  return cluster;
}

}  // namespace tercet
