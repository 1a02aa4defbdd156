#pragma once

#include "core/config/cluster_config.h"
#include "core/crypto/hash.h"

namespace tercet {

/// A name for what a cluster file says: two members with different digests do not agree on who the
/// members are, on keys, stores or settings. Not in it: paths and addresses, which may be told
/// differently at each site. The same whatever the order of entries in lists.
Sha256Digest digest_of(const ClusterConfig& cluster);

}  // namespace tercet
