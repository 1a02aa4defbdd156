#include "node/daemon/credentials.h"

#include "core/secret/secret_file.h"
#include "core/sigv4/signing_key.h"

namespace tercet::node {

Result<Credentials> load_credentials(const NodeConfig& config) {
  Credentials loaded;
  for (const NodeConfig::Credential& credential : config.credentials) {
    TERCET_TRY(SecretBytes secret, read_secret_line(credential.secret_file));
    if (!sigv4::is_well_formed(secret)) {
      return Error(Errc::config_error,
                   "read the secret of access key id " + credential.access_key_id + " from " +
                       credential.secret_file +
                       ": expected 43 to 64 characters of A-Z a-z 0-9 + / =");
    }
    loaded.emplace(credential.access_key_id,
                   std::make_shared<const SecretBytes>(std::move(secret)));
  }
  return loaded;
}

}  // namespace tercet::node
