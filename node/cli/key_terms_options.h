#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/config/cluster_config.h"
#include "node/cli/arguments.h"
#include "node/model/key_terms.h"

namespace tercet::cli {

/// --store, --no-store, --usage and --disabled: the terms of a key that is to be made.
std::vector<Option> terms_options();

/// Errors: invalid_argument.
Result<node::KeyTerms> terms_of(const Arguments& arguments, const ClusterConfig& cluster);

}  // namespace tercet::cli
