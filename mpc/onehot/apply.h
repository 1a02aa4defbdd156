#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "mpc/onehot/stock.h"
#include "mpc/open/opening.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

/// A public table of 256 bytes, prepared: for each public offset c and output bit, the 256 bits
/// T[j ^ c]. 64 KiB.
class PreparedTable {
 public:
  explicit PreparedTable(const std::array<std::uint8_t, 256>& table);

  ByteView masks() const { return masks_; }

 private:
  std::vector<std::uint8_t> masks_;
};

/// The AES S-box.
const std::array<std::uint8_t, 256>& aes_sbox();
const PreparedTable& aes_sbox_table();

/// T(x) for each opened c = x ^ r: per held component, XOR over j with e[j] = 1 of T[j ^ c].
/// Local, linear, constant time in e. Consumes (and wipes) the vectors.
/// Source: protocol.md 4. Shapes: opened.size() == vectors.count() (checked).
ByteShares apply_tables(VectorRange vectors,
                        const Checked<PublicBytes>& opened,
                        const PreparedTable& table);

/// T(x ^ v) for each public v, where `vectors` are one-hot at x itself; they may be used again
/// (protocol.md 6: the first AES round). `index` chooses the vector for each v.
ByteShares apply_tables_at(const OneHotVectors& vectors,
                           std::span<const std::uint32_t> index,
                           ByteView v,
                           const PreparedTable& table);

/// One-hot vectors of x itself, from the opened c = x ^ r: bit j becomes bit j ^ c. Local.
OneHotVectors index_by_value(VectorRange vectors, const Checked<PublicBytes>& opened);

}  // namespace tercet::mpc
