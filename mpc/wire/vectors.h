#pragma once

#include <cstddef>
#include <cstdint>

/// How many one-hot vectors a request uses, from its lengths alone: nodes and proxies lay out plans
/// with the same figures (protocol.md 2 "Valid, not only equal", 7).
namespace tercet::mpc {

/// S-box layers that are opened; the first of the 14 is local.
inline constexpr std::uint32_t kLayersPerBlock = 13;
inline constexpr std::uint32_t kVectorsPerLayer = 16;
inline constexpr std::uint32_t kVectorsPerBlock = kVectorsPerLayer * kLayersPerBlock;
static_assert(kVectorsPerBlock == 208);
/// S-boxes of the second round that blocks have in common which differ in their last byte only.
inline constexpr std::uint32_t kSharedSecondRound = 12;

/// Vectors of a cold Decrypt: J0 and `blocks` of keystream, counters 1 .. blocks+1. Counters with
/// the same upper three bytes share second-round S-boxes. The order is layer by layer, in a layer
/// block by block (J0 first), in a block byte by byte, without bytes that an earlier block shares.
constexpr std::uint32_t vectors_needed(std::size_t blocks) {
  const std::size_t counters = blocks + 1;
  const std::size_t groups = counters / 256 + 1;  // counter 256 begins the second
  return static_cast<std::uint32_t>((kVectorsPerBlock - kSharedSecondRound) * counters +
                                    kSharedSecondRound * groups);
}

/// Vectors of a session that makes `count` slots of `blocks` keystream blocks.
constexpr std::uint32_t slot_vectors_needed(std::size_t count, std::size_t blocks) {
  return static_cast<std::uint32_t>(count * vectors_needed(blocks));
}

}  // namespace tercet::mpc
