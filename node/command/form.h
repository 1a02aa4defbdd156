#pragma once

#include <cstdint>

namespace tercet::node {

/// When a command is in force, and what for (docs/protocol.md 6 "Commands").
enum class CommandForm : std::uint8_t {
  making,  ///< asks for a decision of all three nodes; in force at its certificate
  block,   ///< forbids; in force at every node on arrival, whatever its age
  permit,  ///< lifts the blocks it names; in force with the receipts of two nodes
};

}  // namespace tercet::node
