#pragma once

#include <string>

#include "mpc/party.h"

namespace tercet::node {

/// Whose lines those are that a peer causes (core/log/line_caps.h).
inline std::string peer_name(mpc::PartyIndex peer) {
  return "peer " + std::to_string(mpc::number(peer));
}

}  // namespace tercet::node
