#include "tests/sim/cluster/setup.h"

#include "core/random/deterministic.h"
#include "tests/sim/kms_signer.h"

namespace tercet::sim {

namespace {

constexpr std::size_t kProxiesMax = 3;

}  // namespace

const Setup& Setup::get() {
  static const Setup setup;
  return setup;
}

Setup::Setup() {
  DeterministicRandom random("the keys of the simulated cluster");
  cluster.id = ClusterId(random.array<ClusterId::kBytes>());
  cluster.quorum = 1;
  cluster.health_key = KeyId::parse("health").value();
  cluster.remembered_ciphertexts = 64;
  for (const char* name : {"ann", "bob"}) {
    administrators.push_back(SigningKey::generate(random));
    ClusterConfig::Administrator entry;
    entry.name = name;
    entry.public_key = administrators.back().public_key();
    cluster.administrators.push_back(entry);
  }
  for (Site site = 0; site < kNodes; ++site) {
    signing.push_back(SigningKey::generate(random));
    import.push_back(BoxKey::generate(random));
    sealing.push_back(SecretBytes::random(32, random));
    ClusterConfig::Node node;
    node.id = node_name(site);
    node.index = static_cast<std::uint8_t>(site + 1);
    node.signing_public_key = signing.back().public_key();
    node.import_public_key = import.back().public_key();
    cluster.nodes.push_back(node);
  }
  for (std::size_t proxy = 0; proxy < kProxiesMax; ++proxy) {
    ClusterConfig::Proxy entry;
    entry.name = proxy_name(proxy);
    cluster.proxies.push_back(entry);
  }
  const node::StorePolicy policy = test::KmsSigner::store();
  ClusterConfig::Store store;
  store.name = policy.name;
  store.uri_path = policy.uri_path;
  store.regions = policy.regions;
  store.access_key_ids = policy.access_key_ids;
  cluster.stores.push_back(store);
}

NodeConfig Setup::node_config(Site node,
                              std::uint32_t batch_vectors,
                              std::uint32_t derived_sets) const {
  NodeConfig config;
  config.id = node_name(node);
  config.cluster = cluster;
  config.stock.batch_vectors = batch_vectors;
  config.stock.derived_sets = derived_sets;
  return config;
}

}  // namespace tercet::sim
