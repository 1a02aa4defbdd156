#pragma once

#include <cstddef>

#include "core/base/bytes.h"
#include "core/secret/secret_bytes.h"
#include "mpc/party.h"

namespace tercet::mpc {

/// One party's share of a row of bytes over GF(2^8), or of packed bits: the components `own` (i)
/// and `next` (i+1) of x = x1 ^ x2 ^ x3 (protocol.md 3). Both have the same size.
/// Secret; move-only; wiped when destroyed.
class ByteShares {
 public:
  ByteShares() = default;
  /// Shares of zero bytes: every component zero.
  explicit ByteShares(std::size_t size);
  ByteShares(SecretBytes own_component, SecretBytes next_component);

  std::size_t size() const { return own.size(); }

  bool empty() const { return own.empty(); }

  ByteShares clone() const;
  /// A copy of `count` bytes from `offset` on; the range lies inside (checked).
  ByteShares slice(std::size_t offset, std::size_t count) const;

  SecretBytes own;
  SecretBytes next;
};

/// a ^= b, locally. Same sizes (checked).
void xor_into(ByteShares& a, const ByteShares& b);
/// a ^= public bytes: component 1 only, so it depends on who asks (protocol.md 3).
void xor_public(PartyIndex self, ByteShares& a, ByteView value);
/// Writes `part` over the bytes from `offset` on.
void store_slice(ByteShares& into, std::size_t offset, const ByteShares& part);

inline constexpr std::size_t kBlockBytes = 16;

/// One party's share of `count` elements of GF(2^128) with the GHASH polynomial: 16 bytes each, in
/// the bit order of SP 800-38D. The same layout as ByteShares, another type.
class BlockShares {
 public:
  BlockShares() = default;
  explicit BlockShares(std::size_t count);
  /// The bytes of `blocks` as elements; a multiple of 16 (checked).
  explicit BlockShares(ByteShares blocks);

  std::size_t count() const { return bytes.size() / kBlockBytes; }

  BlockShares clone() const { return BlockShares(bytes.clone()); }

  BlockShares slice(std::size_t first, std::size_t count_wanted) const {
    return BlockShares(bytes.slice(first * kBlockBytes, count_wanted * kBlockBytes));
  }

  ByteShares bytes;
};

/// Each element squared: linear in characteristic 2, hence local (protocol.md 3).
BlockShares square(const BlockShares& x);

}  // namespace tercet::mpc
