#include "bench/keys/dev_nodes.h"

#include <utility>

#include "core/config/node_config.h"
#include "core/crypto/key_file.h"

namespace tercet::bench {

Result<DevNodes> DevNodes::open(const std::string& folder) {
  DevNodes out;
  TERCET_TRY(out.admin_, load_admin_config(folder + "/admin.yaml"));
  TERCET_TRY(SigningKey administrator, SigningKey::load(out.admin_.signing_key_file));
  out.administrator_key_ = std::make_unique<SigningKey>(std::move(administrator));
  for (const ClusterConfig::Node& node : out.cluster().nodes) {
    TERCET_TRY(const NodeConfig config, load_node_config(folder + "/" + node.id + ".yaml"));
    TERCET_TRY(SigningKey signing_key, SigningKey::load(config.signing_key_file));
    TERCET_TRY(const SecretBytes sealing_key,
               load_key_file(config.sealing_key_file, kSealingKeyKind));
    TERCET_TRY(
        auto store,
        node::NodeStore::open(config.data_dir, node.id, sealing_key, node::StartWith::its_data));
    out.nodes_.emplace_back(std::move(store), std::move(signing_key));
  }
  return out;
}

}  // namespace tercet::bench
