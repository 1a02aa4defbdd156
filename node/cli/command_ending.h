#pragma once

#include <cstdint>
#include <string>

#include "node/cli/admin_client.h"
#include "node/command/form.h"

namespace tercet::cli {

/// Of a command that was sent and is not done when the wait for it ends: whether and until when it
/// may still come into force, for people. `answers`: the last of each node.
std::string what_may_still_come(node::CommandForm form,
                                const NodeAnswers& answers,
                                std::int64_t expires_at);

}  // namespace tercet::cli
