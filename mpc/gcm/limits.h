#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/result.h"
#include "mpc/wire/proxy_messages.h"

/// What one request may ask for and what it costs, derived from its lengths alone (protocol.md 2
/// "Valid, not only equal", 7, 8).
namespace tercet::mpc {

inline constexpr std::size_t kAesBlockBytes = 16;
inline constexpr std::size_t kIvBytes = 12;
inline constexpr std::size_t kTagBytes = 16;

/// The 96-bit IV. 128-bit IVs are answered with unsupported before they come here.
using Iv = std::array<std::uint8_t, kIvBytes>;
using Tag = std::array<std::uint8_t, kTagBytes>;

/// S-box layers that are opened; the first of the 14 is local.
inline constexpr std::uint32_t kLayersPerBlock = 13;
inline constexpr std::uint32_t kVectorsPerLayer = 16;
inline constexpr std::uint32_t kVectorsPerBlock = kVectorsPerLayer * kLayersPerBlock;
static_assert(kVectorsPerBlock == 208);

/// Blocks of keystream for a text of this length; 0 for an empty one.
constexpr std::size_t block_count(std::size_t text_bytes) {
  return (text_bytes + kAesBlockBytes - 1) / kAesBlockBytes;
}

/// Vectors of a cold Decrypt: J0 and the keystream. The order is layer by layer, in a layer block
/// by block (J0 first), in a block byte by byte. (Second-round S-boxes that blocks have in common
/// will lower this.)
constexpr std::uint32_t vectors_needed(std::size_t blocks) {
  return static_cast<std::uint32_t>(kVectorsPerBlock * (blocks + 1));
}

/// Vectors of a session that makes `count` slots of `blocks` keystream blocks.
constexpr std::uint32_t slot_vectors_needed(std::size_t count, std::size_t blocks) {
  return static_cast<std::uint32_t>(count * vectors_needed(blocks));
}

/// Errors: unsupported above 270 blocks of text or 1,024 GHASH blocks (AAD, text, lengths).
/// Call it before anything is burnt. `aad_bytes`: of the framed AAD, as it enters GHASH.
Status check_lengths(std::size_t aad_bytes, std::size_t text_bytes);

}  // namespace tercet::mpc
