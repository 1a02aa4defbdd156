#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time/clock.h"

namespace tercet::node {

/// A node whose counts grow tells its peers so often, and they write so often what they hear.
inline constexpr Milliseconds kGrowthToldEvery{5000};

/// How much a node holds. Each number only grows, as long as the node's directory is its newest.
struct HeldCounts {
  std::uint64_t commands = 0;
  std::uint64_t versions = 0;  ///< of keys, current there

  bool operator==(const HeldCounts&) const = default;

  /// Something that was there is gone.
  bool lacks_of(const HeldCounts& before) const {
    return commands < before.commands || versions < before.versions;
  }

  HeldCounts most(const HeldCounts& other) const {
    return {std::max(commands, other.commands), std::max(versions, other.versions)};
  }

  HeldCounts least(const HeldCounts& other) const {
    return {std::min(commands, other.commands), std::min(versions, other.versions)};
  }
};

/// What a node says of its directory whenever it compares digests with a peer.
struct HoldingWord {
  HeldCounts held;             ///< at the sender
  HeldCounts heard_of_you;     ///< the most that the receiver ever said it held
  bool old_directory = false;  ///< the sender knows that its own directory is an old one
};

}  // namespace tercet::node
