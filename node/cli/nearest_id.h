#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tercet::cli {

/// Of `ids` the one that a person may have meant who wrote `written`: at most two letters were
/// added, left out, changed or exchanged with their neighbour, and fewer than half of them.
std::optional<std::string> nearest_id(std::string_view written,
                                      const std::vector<std::string>& ids);

}  // namespace tercet::cli
