#pragma once

#include "node/cli/admin_client.h"
#include "node/command/kinds/kinds.h"

namespace tercet::cli {

/// Whether every node refused to make the key because its id is taken.
bool is_taken(const NodeAnswers& answers);

/// Whether the key that was to be made is there already: at all nodes the same one, undamaged, with
/// the wanted store, usage and framing. One that was to be made disabled must be disabled, too; one
/// that was not may have been disabled since. `looked`: what the nodes answered to
/// `GET /v1/keys/ID`.
bool is_there_already(const node::CreateKey& wanted, const NodeAnswers& looked);

}  // namespace tercet::cli
