#pragma once

#include <array>
#include <memory>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/config/admin_config.h"
#include "core/crypto/signature.h"
#include "node/store/node_store.h"

namespace tercet::bench {

/// What a development cluster's folder has on disk, opened for writing: the three stores and the
/// keys that sign what is in them. Only while no process of the cluster runs: a store is locked.
class DevNodes {
 public:
  class Node {
   public:
    Node(std::unique_ptr<node::NodeStore> its_store, SigningKey signing_key)
        : store(std::move(its_store)), key(std::move(signing_key)) {}

    std::unique_ptr<node::NodeStore> store;
    SigningKey key;
  };

  /// `folder`: as `tercet dev up --dir` made it. Errors: config_error, and those of opening stores.
  static Result<DevNodes> open(const std::string& folder);

  const ClusterConfig& cluster() const { return admin_.cluster; }

  const std::string& administrator() const { return admin_.name; }

  const SigningKey& administrator_key() const { return *administrator_key_; }

  /// Of P1, P2, P3.
  std::vector<Node>& nodes() { return nodes_; }

 private:
  DevNodes() = default;

  AdminConfig admin_;
  std::unique_ptr<SigningKey> administrator_key_;
  std::vector<Node> nodes_;
};

}  // namespace tercet::bench
