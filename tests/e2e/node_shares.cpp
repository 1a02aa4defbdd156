#include "tests/e2e/node_shares.h"

#include <algorithm>
#include <functional>

#include "core/crypto/key_file.h"
#include "core/secret/access.h"
#include "node/store/key_records.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet::test {

Result<NodeShares> read_node_shares(const std::filesystem::path& cluster,
                                    const std::string& node,
                                    const KeyId& key) {
  const std::filesystem::path copy = cluster / (node + ".probe");
  std::filesystem::remove_all(copy);
  std::filesystem::copy(cluster / node, copy, std::filesystem::copy_options::recursive);
  TERCET_TRY(const SecretBytes sealing_key,
             load_key_file(cluster / "keys" / (node + ".sealing"), kSealingKeyKind));
  TERCET_TRY(const std::unique_ptr<node::NodeStore> store,
             node::NodeStore::open(copy, node, sealing_key, node::StartWith::its_data));
  const node::KeyRecord* record = store->keys().find(key);
  if (record == nullptr) {
    return Error(Errc::not_found, "read shares: the node has no such key");
  }
  TERCET_TRY(const SecretBytes components, store->shares().components(record->newest().name));
  const ByteView view = components.expose(SecretAccess::grant());
  TERCET_CHECK(view.size() == 2 * kKeyBytes);
  NodeShares shares;
  std::copy_n(view.begin(), kKeyBytes, shares.own.begin());
  std::copy_n(view.begin() + kKeyBytes, kKeyBytes, shares.next.begin());
  std::filesystem::remove_all(copy);
  return shares;
}

KeyComponent operator^(const KeyComponent& a, const KeyComponent& b) {
  KeyComponent out{};
  std::transform(a.begin(), a.end(), b.begin(), out.begin(), std::bit_xor<>());
  return out;
}

}  // namespace tercet::test
