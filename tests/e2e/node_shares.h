#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace tercet::test {

inline constexpr std::size_t kKeyBytes = 32;
using KeyComponent = std::array<std::uint8_t, kKeyBytes>;

/// The two of three components that one node holds of a key. Here, in tests, they lie open.
class NodeShares {
 public:
  NodeShares() = default;
  KeyComponent own{};
  KeyComponent next{};
};

/// What a thief of this node's disk AND sealing key reads: opens a copy of the node's database, for
/// that of a running node is locked. Errors: not_found, config_error, those of the store.
Result<NodeShares> read_node_shares(const std::filesystem::path& cluster,
                                    const std::string& node,
                                    const KeyId& key);

KeyComponent operator^(const KeyComponent& a, const KeyComponent& b);

}  // namespace tercet::test
