#pragma once

#include "core/base/result.h"
#include "core/config/cluster_config.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"
#include "node/keymaking/import_box.h"

namespace tercet::node {

/// The importer's tool (protocol.md 6 "Import"): splits a raw 256-bit key into three components,
/// commits to each, and seals to each node the two it holds. Called by `tercet key import` only, on
/// the importer's machine; no daemon links it. Secret: `raw_key` (32 bytes; the caller wipes it)
/// and everything on the way, wiped on return. Errors: invalid_argument (length), crypto_failure.
Result<ImportPayload> split_key(const SecretBytes& raw_key,
                                ImportBinding binding,
                                const ClusterConfig& cluster,
                                RandomSource& random);

}  // namespace tercet::node
