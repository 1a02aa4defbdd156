#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/cli/admin_client.h"
#include "node/command/form.h"

namespace tercet::cli {

/// Of a command that was sent and is not done when the wait for it ends: whether and until when it
/// may still come into force, for people. `answers`: the last of each node.
std::string what_may_still_come(node::CommandForm form,
                                const NodeAnswers& answers,
                                std::int64_t expires_at);
/// Of one that is in force although not all nodes have confirmed it: who has not, and how it gets
/// there. Nothing where all have.
std::optional<std::string> in_force_without_note(node::CommandForm form,
                                                 const NodeAnswers& answers);

}  // namespace tercet::cli
