#pragma once

#include "node/cli/arguments.h"

namespace tercet::cli {

/// What the nodes say of all keys, or of one, and where they differ. Each returns the exit code.
int list_keys(const Arguments& arguments);
int show_key(const Arguments& arguments);

}  // namespace tercet::cli
