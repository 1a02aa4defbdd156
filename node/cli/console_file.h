#pragma once

#include <string>

#include "core/base/result.h"
#include "core/config/cluster_config.h"
#include "core/secret/secret_bytes.h"

namespace tercet::cli {

/// The "proxy configuration file" that the AWS console takes where an external key store is made:
/// a JSON document of the store's path and one credential. Secret as a whole.
///
/// Source:  XKS reference, section 15.
/// Errors:  invalid_argument (the store has no such access key id), config_error (the secret is
///          against the rules of the XKS API).
Result<SecretBytes> console_file(const ClusterConfig::Store& store,
                                 const std::string& access_key_id,
                                 const SecretBytes& secret);

}  // namespace tercet::cli
