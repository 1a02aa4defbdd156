#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/config/address.h"
#include "core/crypto/box.h"
#include "core/crypto/key_pin.h"
#include "core/crypto/signature.h"

namespace tercet {

/// The cluster file: public, and the same at every node, proxy and administrator.
class ClusterConfig {
 public:
  class Administrator {
   public:
    Administrator() = default;
    std::string name;
    PublicKey public_key;
    std::vector<KeyPin>
        tls_pins;  ///< of the keys it may show in TLS: one, or more while it changes
  };

  class Node {
   public:
    Node() = default;
    std::string id;
    std::uint8_t index = 0;  ///< 1, 2, 3: the party
    NetAddress peer_address;
    NetAddress bulk_address;  ///< for preprocessing; empty: peer_address
    NetAddress proxy_address;
    NetAddress admin_address;
    PublicKey signing_public_key;
    BoxPublicKey import_public_key;
    std::vector<KeyPin> tls_pins;
  };

  class Proxy {
   public:
    Proxy() = default;
    std::string name;
    std::vector<KeyPin> tls_pins;
  };

  /// An external key store: what KMS reaches under one path prefix.
  class Store {
   public:
    Store() = default;
    std::string name;
    std::string uri_path;  ///< "/kms/xks/v1" or "/<prefix>/kms/xks/v1"
    std::vector<std::string> regions;
    std::vector<std::string> access_key_ids;
  };

  enum class PairMode : std::uint8_t { off };

  ClusterConfig() = default;

  ClusterId id;
  MembershipNumber membership{1};  ///< of the nodes below
  PairMode pair_mode = PairMode::off;
  std::uint32_t quorum = 1;  ///< different administrators that must sign a command
  std::vector<Administrator> administrators;
  std::vector<Node> nodes;  ///< three, nodes[i].index == i + 1
  std::vector<Proxy> proxies;
  std::string ca_file;  ///< the private CA of all internal links
  KeyId health_key;
  /// Of how many recent ciphertexts each node remembers keystream shares, for each proxy; 0: none.
  std::uint32_t remembered_ciphertexts = 16'384;
  std::vector<Store> stores;

  /// nullptr where there is none.
  const Node* find_node(std::string_view node_id) const;
  const Administrator* find_administrator(std::string_view name) const;
  const Store* find_store(std::string_view name) const;
  const Store* find_store_by_access_key(std::string_view access_key_id) const;
  const Proxy* find_proxy(std::string_view name) const;

  /// What may change without a restart: the pins of those whom this file knows, by name, and the
  /// key stores with their access key ids.
  void take_changes_of(const ClusterConfig& fresh);
};

/// Relative paths in the file are relative to its directory. All errors are reported together, each
/// with its line. Errors: config_error.
Result<ClusterConfig> load_cluster_config(const std::string& path);

}  // namespace tercet
