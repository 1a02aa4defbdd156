#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "mpc/party.h"
#include "node/command/import_payload.h"

namespace tercet {
class BoxKey;
}  // namespace tercet

namespace tercet::node {

/// What the boxes of one import are bound to: they open for nothing else.
class ImportBinding {
 public:
  ImportBinding() = default;

  ImportBinding(const ClusterId& cluster_id, KeyId key_id, KeyVersion key_version)
      : cluster(cluster_id), key(std::move(key_id)), version(key_version) {}

  ClusterId cluster;
  KeyId key;
  KeyVersion version;
  std::array<std::uint8_t, 16> nonce{};  ///< of the payload
};

using ImportSalt = std::array<std::uint8_t, 32>;

/// The content of a box: a binding, the node it is for, and both its components with the salts of
/// their commitments. Exactly kImportBoxBytes after the binding.
SecretBytes pack_import_box(const ImportBinding& binding,
                            mpc::PartyIndex node,
                            const SecretBytes& own,
                            const SecretBytes& own_salt,
                            const SecretBytes& next,
                            const SecretBytes& next_salt);

/// The importer's commitment to one component; hiding as long as the salt is secret.
std::array<std::uint8_t, 32> import_commitment(const ImportBinding& binding,
                                               mpc::PartyIndex component,
                                               const SecretBytes& salt,
                                               const SecretBytes& value);

/// A node's side of an import (protocol.md 6): opens its own box and holds both components against
/// the importer's commitments. Returns 64 bytes, own then next, as mpc::restore_components reads
/// them. `binding.nonce` is taken from the payload. Errors: seal_broken (not for this node or key),
/// invalid_argument (a commitment differs).
Result<SecretBytes> open_import(const ImportPayload& payload,
                                ImportBinding binding,
                                mpc::PartyIndex self,
                                const BoxKey& import_key);

}  // namespace tercet::node
