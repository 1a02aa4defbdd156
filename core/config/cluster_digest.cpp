#include "core/config/cluster_digest.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tercet {
namespace {

constexpr std::string_view kLabel = "tercet cluster file 1";

void write_count(ByteWriter& out, std::size_t count) {
  out.u32(static_cast<std::uint32_t>(count));
}

void write_pins(ByteWriter& out, std::vector<KeyPin> pins) {
  std::sort(pins.begin(), pins.end());
  write_count(out, pins.size());
  for (const KeyPin& pin : pins) {
    out.raw(pin.view());
  }
}

void write_texts(ByteWriter& out, std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  write_count(out, texts.size());
  for (const std::string& text : texts) {
    out.text(text);
  }
}

/// By name: the order in the file says nothing.
template <class Entry>
std::vector<const Entry*> sorted(const std::vector<Entry>& entries, std::string Entry::*name) {
  std::vector<const Entry*> out;
  for (const Entry& entry : entries) {
    out.push_back(&entry);
  }
  std::sort(out.begin(), out.end(), [name](const Entry* one, const Entry* other) {
    return one->*name < other->*name;
  });
  return out;
}

}  // namespace

Sha256Digest digest_of(const ClusterConfig& cluster) {
  ByteWriter out;
  out.text(kLabel).raw(cluster.id.view()).u32(cluster.membership.value());
  out.u8(static_cast<std::uint8_t>(cluster.pair_mode)).u32(cluster.quorum);
  write_count(out, cluster.administrators.size());
  for (const auto* administrator :
       sorted(cluster.administrators, &ClusterConfig::Administrator::name)) {
    out.text(administrator->name).raw(administrator->public_key.view());
    write_pins(out, administrator->tls_pins);
  }
  write_count(out, cluster.nodes.size());
  for (const ClusterConfig::Node& node : cluster.nodes) {
    out.text(node.id).u8(node.index).raw(node.signing_public_key.view());
    out.raw(node.import_public_key.view());
    write_pins(out, node.tls_pins);
  }
  write_count(out, cluster.proxies.size());
  for (const auto* proxy : sorted(cluster.proxies, &ClusterConfig::Proxy::name)) {
    out.text(proxy->name);
    write_pins(out, proxy->tls_pins);
  }
  out.text(cluster.health_key.text()).u32(cluster.remembered_ciphertexts);
  write_count(out, cluster.stores.size());
  for (const auto* store : sorted(cluster.stores, &ClusterConfig::Store::name)) {
    out.text(store->name).text(store->uri_path);
    write_texts(out, store->regions);
    write_texts(out, store->access_key_ids);
  }
  return sha256(out.bytes());
}

}  // namespace tercet
