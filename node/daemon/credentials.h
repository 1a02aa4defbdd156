#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/config/node_config.h"
#include "core/crypto/box.h"
#include "core/crypto/signature.h"
#include "core/secret/secret_bytes.h"

namespace tercet::node {

/// Secrets of SigV4 credentials by access key id.
using Credentials = std::map<std::string, std::shared_ptr<const SecretBytes>, std::less<>>;

/// The node's own keys, apart from TLS. Move-only.
class NodeKeys {
 public:
  NodeKeys(SigningKey for_votes, BoxKey for_imports)
      : signing(std::move(for_votes)), import(std::move(for_imports)) {}

  SigningKey signing;
  BoxKey import;
};

/// Errors: config_error (files that cannot be used, or are not those of the cluster file).
Result<NodeKeys> load_node_keys(const NodeConfig& config);

/// Reads the secrets that the configuration names.
/// Errors: those of read_secret_line; config_error (a secret against the rules of the XKS API).
Result<Credentials> load_credentials(const NodeConfig& config);

}  // namespace tercet::node
