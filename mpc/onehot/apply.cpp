#include "mpc/onehot/apply.h"

#include <algorithm>

#include "core/base/check.h"
#include "mpc/field/dispatch.h"
#include "mpc/field/gf2_8.h"
#include "mpc/field/kernels.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

namespace {

constexpr std::size_t kTableMaskBytes = std::size_t{256} * 8 * kVectorBytes;

std::array<std::uint8_t, 256> make_sbox() {
  std::array<std::uint8_t, 256> box{};
  for (unsigned x = 0; x < 256; ++x) {
    // FIPS 197, 5.1.1: the inverse x^254, then the affine map
    std::uint8_t inverse = 1;
    for (int bit = 7; bit >= 0; --bit) {
      inverse = gf2_8_multiply(inverse, inverse);
      if (((254 >> bit) & 1) != 0) {
        inverse = gf2_8_multiply(inverse, static_cast<std::uint8_t>(x));
      }
    }
    const unsigned twice = inverse * 0x0101U;
    const unsigned mixed =
        twice ^ (twice >> 4) ^ (twice >> 5) ^ (twice >> 6) ^ (twice >> 7) ^ 0x63U;
    box[x] = static_cast<std::uint8_t>(mixed);
  }
  return box;
}

/// Bit j of the result is bit j ^ c of `from`; c is public.
void permute_vector(ByteView from, std::uint8_t c, MutableByteView into) {
  for (std::size_t k = 0; k < kVectorBytes; ++k) {
    unsigned byte = from[k ^ (c >> 3)];
    if ((c & 1) != 0) {
      byte = ((byte >> 1) & 0x55U) | ((byte & 0x55U) << 1);
    }
    if ((c & 2) != 0) {
      byte = ((byte >> 2) & 0x33U) | ((byte & 0x33U) << 2);
    }
    if ((c & 4) != 0) {
      byte = ((byte >> 4) & 0x0fU) | ((byte & 0x0fU) << 4);
    }
    into[k] = static_cast<std::uint8_t>(byte);
  }
}

void apply_component(const SecretBytes& bits,
                     ByteView offsets,
                     const PreparedTable& table,
                     SecretBytes& out) {
  kernels().apply_table(view_of(bits).data(),
                        offsets.data(),
                        table.masks().data(),
                        mutable_view_of(out).data(),
                        offsets.size());
}

}  // namespace

PreparedTable::PreparedTable(const std::array<std::uint8_t, 256>& table) : masks_(kTableMaskBytes) {
  for (std::size_t c = 0; c < 256; ++c) {
    for (std::size_t j = 0; j < 256; ++j) {
      for (std::size_t bit = 0; bit < 8; ++bit) {
        std::uint8_t& mask = masks_[(c * 8 + bit) * kVectorBytes + j / 8];
        mask =
            static_cast<std::uint8_t>(mask | (((unsigned{table[j ^ c]} >> bit) & 1U) << (j % 8)));
      }
    }
  }
}

const std::array<std::uint8_t, 256>& aes_sbox() {
  static const std::array<std::uint8_t, 256> box = make_sbox();
  return box;
}

const PreparedTable& aes_sbox_table() {
  static const PreparedTable table(aes_sbox());
  return table;
}

ByteShares apply_tables(VectorRange vectors,
                        const Checked<PublicBytes>& opened,
                        const PreparedTable& table) {
  TERCET_CHECK(opened.get().size() == vectors.count());
  const VectorUse use(std::move(vectors));
  ByteShares out(opened.get().size());
  apply_component(use.bits().own, opened.get().view(), table, out.own);
  apply_component(use.bits().next, opened.get().view(), table, out.next);
  return out;
}

ByteShares apply_tables_at(const OneHotVectors& vectors,
                           std::span<const std::uint32_t> index,
                           ByteView v,
                           const PreparedTable& table) {
  TERCET_CHECK(index.size() == v.size());
  ByteShares out(v.size());
  for (const auto& [bits, into] :
       {std::pair(&vectors.bits.own, &out.own), std::pair(&vectors.bits.next, &out.next)}) {
    const ByteView rows = view_of(*bits);
    const MutableByteView bytes = mutable_view_of(*into);
    for (std::size_t k = 0; k < v.size(); ++k) {
      TERCET_CHECK(index[k] < vectors.count());
      kernels().apply_table(
          rows.data() + index[k] * kVectorBytes, &v[k], table.masks().data(), &bytes[k], 1);
    }
  }
  return out;
}

OneHotVectors index_by_value(VectorRange vectors, const Checked<PublicBytes>& opened) {
  TERCET_CHECK(opened.get().size() == vectors.count());
  const VectorUse use(std::move(vectors));
  const ByteView c = opened.get().view();
  ByteShares out(use.bits().size());
  for (const auto& [from, into] :
       {std::pair(&use.bits().own, &out.own), std::pair(&use.bits().next, &out.next)}) {
    for (std::size_t k = 0; k < c.size(); ++k) {
      permute_vector(view_of(*from).subspan(k * kVectorBytes, kVectorBytes),
                     c[k],
                     mutable_view_of(*into).subspan(k * kVectorBytes, kVectorBytes));
    }
  }
  return OneHotVectors(std::move(out));
}

}  // namespace tercet::mpc
