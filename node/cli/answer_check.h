#pragma once

#include <nlohmann/json_fwd.hpp>

namespace tercet::cli {

/// Whether a node's answer can be read and shown: a JSON object in which every member that this
/// program looks at has its type, and every text is printable ASCII. A node may be corrupt, and its
/// words end on an administrator's terminal.
bool is_readable_answer(const nlohmann::json& answer);

}  // namespace tercet::cli
