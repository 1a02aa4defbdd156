#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/result.h"
#include "mpc/wire/proxy_messages.h"
#include "mpc/wire/vectors.h"

/// What one request may ask for and what it costs, derived from its lengths alone (protocol.md 2
/// "Valid, not only equal", 7, 8).
namespace tercet::mpc {

inline constexpr std::size_t kAesBlockBytes = 16;
inline constexpr std::size_t kIvBytes = 12;
inline constexpr std::size_t kTagBytes = 16;

/// The 96-bit IV. 128-bit IVs are answered with unsupported before they come here.
using Iv = std::array<std::uint8_t, kIvBytes>;
using Tag = std::array<std::uint8_t, kTagBytes>;

/// Blocks of keystream for a text of this length; 0 for an empty one.
constexpr std::size_t block_count(std::size_t text_bytes) {
  return (text_bytes + kAesBlockBytes - 1) / kAesBlockBytes;
}

/// Errors: unsupported above 270 blocks of text or 1,024 GHASH blocks (AAD, text, lengths).
/// Call it before anything is burnt. `aad_bytes`: of the framed AAD, as it enters GHASH.
Status check_lengths(std::size_t aad_bytes, std::size_t text_bytes);

}  // namespace tercet::mpc
