// What a thief of disks gets: opens copies of the nodes' databases WITH their sealing keys and
// shows that one node's shares say nothing of an imported key, that its raw bytes are in no file,
// and that two nodes suffice. A test tool: nothing of the product can do this.
//
//   share-probe CLUSTER_DIR KEY_ID KEYFILE

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/needles.h"
#include "tests/e2e/node_shares.h"

namespace tercet::test {
namespace {

namespace fs = std::filesystem;

/// True if any file below `folder` contains the key.
bool files_contain(const fs::path& folder, ByteView key) {
  const Needle needle("the key", key);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && !needle.found_in(read_whole_file(entry.path())).empty()) {
      return true;
    }
  }
  return false;
}

int fail(const std::string& text) {
  std::fprintf(stderr, "share-probe: %s\n", text.c_str());
  return 1;
}

int probe(const fs::path& cluster, const KeyId& key_id, const KeyComponent& key) {
  if (files_contain(cluster, key)) {
    return fail("the key stands in a file of the cluster");
  }
  std::puts("no file of the cluster contains the key");
  std::vector<NodeShares> nodes;
  for (const char* name : {"node-1", "node-2", "node-3"}) {
    const Result<NodeShares> shares = read_node_shares(cluster, name, key_id);
    if (!shares) {
      return fail(shares.error().to_string());
    }
    nodes.push_back(*shares);
  }
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
}  // namespace tercet::test

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: share-probe CLUSTER_DIR KEY_ID KEYFILE\n");
    return 2;
  }
  const tercet::Result<tercet::KeyId> key = tercet::KeyId::parse(argv[2]);
  const std::string raw = tercet::test::read_whole_file(argv[3]);
  tercet::test::KeyComponent bytes{};
  if (!key || raw.size() != bytes.size()) {
    return tercet::test::fail("the key id is malformed or the key file does not hold 32 bytes");
  }
  std::copy(raw.begin(), raw.end(), bytes.begin());
  return tercet::test::probe(argv[1], *key, bytes);
}
