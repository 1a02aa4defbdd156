#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/config/node_config.h"
#include "core/secret/secret_bytes.h"

namespace tercet::node {

/// Secrets of SigV4 credentials by access key id.
using Credentials = std::map<std::string, std::shared_ptr<const SecretBytes>, std::less<>>;

/// Reads the secrets that the configuration names.
/// Errors: those of read_secret_line; config_error (a secret against the rules of the XKS API).
Result<Credentials> load_credentials(const NodeConfig& config);

}  // namespace tercet::node
