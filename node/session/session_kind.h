#pragma once

#include <cstdint>

namespace tercet::node {

/// What a session under agreement among the nodes is for (protocol.md 12). Part of its sid.
enum class SessionKind : std::uint8_t {
  lease = 1,        ///< opened by a proxy
  own_lease = 2,    ///< the nodes' own, opened by P1
  batch = 3,        ///< vectors for a lease, on the bulk links, opened by P1
  key_command = 4,  ///< create, import, enable ... of node/admin, opened by P1
};

}  // namespace tercet::node
