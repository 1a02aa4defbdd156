#pragma once

#include <vector>

#include "node/cli/arguments.h"

namespace tercet::cli {

/// The sub-commands of `tercet key`.
std::vector<SubCommand> key_sub_commands();
/// The sub-commands of `tercet store`.
std::vector<SubCommand> store_sub_commands();
/// `tercet status`.
std::vector<SubCommand> status_sub_commands();
/// The sub-commands of `tercet dev`.
std::vector<SubCommand> dev_sub_commands();

// Options that several sub-commands share.
Option config_option();
Option json_option();
Option timeout_option();
Option cosigner_option();

}  // namespace tercet::cli
