#include "node/daemon/credentials.h"

#include "core/secret/secret_file.h"
#include "core/sigv4/signing_key.h"

namespace tercet::node {

Result<NodeKeys> load_node_keys(const NodeConfig& config) {
  TERCET_TRY(SigningKey signing_key, SigningKey::load(config.signing_key_file));
  TERCET_TRY(BoxKey import_key, BoxKey::load(config.import_key_file));
  if (signing_key.public_key() != config.self().signing_public_key ||
      import_key.public_key() != config.self().import_public_key) {
    return Error(Errc::config_error,
                 "start: the node's key files are not those of the cluster file")
        .hint("each node has its own signing and import key; see cluster.yaml");
  }
  return NodeKeys(std::move(signing_key), std::move(import_key));
}

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
