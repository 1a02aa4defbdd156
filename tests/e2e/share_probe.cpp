// What a thief of disks gets: opens copies of the nodes' databases WITH their sealing keys and
// shows that one node's shares say nothing of an imported key, that its raw bytes are in no file,
// and that two nodes suffice. A test tool: nothing of the product can do this.
//
//   share-probe CLUSTER_DIR KEY_ID KEYFILE

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/crypto/key_file.h"
#include "node/store/key_records.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;
using Component = std::array<std::uint8_t, kKeyBytes>;

/// The components that one node holds of the key.
struct NodeShares {
  Component own{};
  Component next{};
};

Bytes read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  return to_bytes(as_bytes(text));
}

/// The database of a running node is locked: work on a copy.
Result<NodeShares> open_node(const fs::path& cluster, const std::string& node, const KeyId& key) {
  const fs::path copy = cluster / (node + ".probe");
  fs::remove_all(copy);
  fs::copy(cluster / node, copy, fs::copy_options::recursive);
  TERCET_TRY(const SecretBytes sealing_key,
             load_key_file(cluster / "keys" / (node + ".sealing"), kSealingKeyKind));
  TERCET_TRY(const std::unique_ptr<node::NodeStore> store,
             node::NodeStore::open(copy, node, sealing_key));
  const node::KeyRecord* record = store->keys().find(key);
  if (record == nullptr || !record->epoch) {
    return Error(Errc::not_found, "probe shares: the node has no such key");
  }
  TERCET_TRY(const SecretBytes components,
             store->shares().components(node::KeyEpoch(key, record->version, *record->epoch)));
  const ByteView view = components.expose(SecretAccess::grant());
  TERCET_CHECK(view.size() == 2 * kKeyBytes);
  NodeShares shares;
  std::copy_n(view.begin(), kKeyBytes, shares.own.begin());
  std::copy_n(view.begin() + kKeyBytes, kKeyBytes, shares.next.begin());
  fs::remove_all(copy);
  return shares;
}

Component operator^(const Component& a, const Component& b) {
  Component out{};
  std::transform(a.begin(), a.end(), b.begin(), out.begin(), std::bit_xor<>());
  return out;
}

/// True if any file below `folder` contains the key, raw or as hexadecimal.
bool files_contain(const fs::path& folder, const Bytes& key) {
  const std::string hex = to_hex(key);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) {
      continue;
    }
    const Bytes content = read_file(entry.path());
    const std::string_view text = as_text(content);
    if (text.find(as_text(key)) != std::string_view::npos ||
        text.find(hex) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

int fail(const std::string& text) {
  std::fprintf(stderr, "share-probe: %s\n", text.c_str());
  return 1;
}

int probe(const fs::path& cluster, const KeyId& key_id, const Bytes& raw) {
  if (files_contain(cluster, raw)) {
    return fail("the key stands in a file of the cluster");
  }
  std::puts("no file of the cluster contains the key");
  std::vector<NodeShares> nodes;
  for (const char* name : {"node-1", "node-2", "node-3"}) {
    Result<NodeShares> shares = open_node(cluster, name, key_id);
    if (!shares) {
      return fail(shares.error().to_string());
    }
    nodes.push_back(*shares);
  }
  Component key{};
  std::copy_n(raw.begin(), kKeyBytes, key.begin());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodeShares& node = nodes[i];
    if (node.own == key || node.next == key || (node.own ^ node.next) == key) {
      return fail("one node's shares give the key");
    }
    // The component it lacks makes any key possible: this one needs the other nodes' third one.
    if ((node.own ^ node.next ^ nodes[(i + 1) % 3].next) != key) {
      return fail("two nodes' shares do not give the key");
    }
    std::printf(
        "node-%zu: components %s... and %s..., unsealed with its own key, do not give the key\n",
        i + 1,
        to_hex(ByteView(node.own).first(4)).c_str(),
        to_hex(ByteView(node.next).first(4)).c_str());
  }
  std::puts("any two nodes' shares together do: that is the threshold");
  return 0;
}

}  // namespace
}  // namespace tercet

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: share-probe CLUSTER_DIR KEY_ID KEYFILE\n");
    return 2;
  }
  const tercet::Result<tercet::KeyId> key = tercet::KeyId::parse(argv[2]);
  const tercet::Bytes raw = tercet::read_file(argv[3]);
  if (!key || raw.size() != tercet::kKeyBytes) {
    return tercet::fail("the key id is malformed or the key file does not hold 32 bytes");
  }
  return tercet::probe(argv[1], *key, raw);
}
