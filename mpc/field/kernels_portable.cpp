// Portable kernels, the reference of every other path. Products in GF(2^128) use integer
// multiplication with holes: operands are spread over four masks so that no carry reaches the next
// kept bit (four bits apart, at most 16 ones add up). Constant time where 64-bit multiplication is.
// Cost: 96 multiplications a product.

#include "mpc/field/bitslice.inl.h"
#include "mpc/field/elements.inl.h"

namespace tercet::mpc {
namespace {

std::uint64_t multiply_low(std::uint64_t x, std::uint64_t y) {
  constexpr std::uint64_t kMask = 0x1111111111111111U;
  const std::uint64_t x0 = x & kMask;
  const std::uint64_t x1 = x & (kMask << 1);
  const std::uint64_t x2 = x & (kMask << 2);
  const std::uint64_t x3 = x & (kMask << 3);
  const std::uint64_t y0 = y & kMask;
  const std::uint64_t y1 = y & (kMask << 1);
  const std::uint64_t y2 = y & (kMask << 2);
  const std::uint64_t y3 = y & (kMask << 3);
  const std::uint64_t z0 = (x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1);
  const std::uint64_t z1 = (x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2);
  const std::uint64_t z2 = (x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3);
  const std::uint64_t z3 = (x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0);
  return (z0 & kMask) | (z1 & (kMask << 1)) | (z2 & (kMask << 2)) | (z3 & (kMask << 3));
}

std::uint64_t reverse_bits(std::uint64_t x) {
  x = ((x >> 1) & 0x5555555555555555U) | ((x & 0x5555555555555555U) << 1);
  x = ((x >> 2) & 0x3333333333333333U) | ((x & 0x3333333333333333U) << 2);
  x = ((x >> 4) & 0x0f0f0f0f0f0f0f0fU) | ((x & 0x0f0f0f0f0f0f0f0fU) << 4);
  return __builtin_bswap64(x);
}

struct WideWords {
  std::uint64_t v0 = 0;
  std::uint64_t v1 = 0;
  std::uint64_t v2 = 0;
  std::uint64_t v3 = 0;
};

/// Karatsuba; the high half of a 64x64 product is the reversed low half of the reversed factors.
void accumulate(WideWords& wide, Block128 a, Block128 b) {
  const std::uint64_t a_mid = a.high ^ a.low;
  const std::uint64_t b_mid = b.high ^ b.low;
  const std::uint64_t a_low_r = reverse_bits(a.low);
  const std::uint64_t a_high_r = reverse_bits(a.high);
  const std::uint64_t b_low_r = reverse_bits(b.low);
  const std::uint64_t b_high_r = reverse_bits(b.high);
  const std::uint64_t z0 = multiply_low(a.low, b.low);
  const std::uint64_t z1 = multiply_low(a.high, b.high);
  const std::uint64_t z2 = multiply_low(a_mid, b_mid) ^ z0 ^ z1;
  const std::uint64_t r0 = multiply_low(a_low_r, b_low_r);
  const std::uint64_t r1 = multiply_low(a_high_r, b_high_r);
  const std::uint64_t r2 = multiply_low(a_low_r ^ a_high_r, b_low_r ^ b_high_r) ^ r0 ^ r1;
  wide.v0 ^= z0;
  wide.v1 ^= (reverse_bits(r0) >> 1) ^ z2;
  wide.v2 ^= z1 ^ (reverse_bits(r2) >> 1);
  wide.v3 ^= reverse_bits(r1) >> 1;
}

Block128 reduce_words(const WideWords& wide) {
  return reduce(wide.v0, wide.v1, wide.v2, wide.v3);
}

using Rows = ElementRows<WideWords, accumulate, reduce_words>;

std::uint64_t parity(std::uint64_t x) {
  x ^= x >> 32;
  x ^= x >> 16;
  x ^= x >> 8;
  x ^= x >> 4;
  x ^= x >> 2;
  x ^= x >> 1;
  return x & 1U;
}

/// Output bit b is the parity of e AND masks[c][b]; 64 KiB of public masks.
void apply_table(const std::uint8_t* bits,
                 const std::uint8_t* offsets,
                 const std::uint8_t* masks,
                 std::uint8_t* out,
                 std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    std::uint64_t e[4];
    std::memcpy(e, bits + 32 * k, sizeof e);
    std::uint64_t byte = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) {
      std::uint64_t mask[4];
      std::memcpy(mask, masks + (std::size_t{offsets[k]} * 8 + bit) * 32, sizeof mask);
      const std::uint64_t sum =
          (e[0] & mask[0]) ^ (e[1] & mask[1]) ^ (e[2] & mask[2]) ^ (e[3] & mask[3]);
      byte |= parity(sum) << bit;
    }
    out[k] = static_cast<std::uint8_t>(byte);
  }
}

}  // namespace

const KernelTable kPortableKernels = {
    xor_into,
    Rows::multiply,
    Rows::inner_product,
    Rows::multiply_each,
    Rows::multiply_all,
    Rows::fold,
    Rows::halves,
    apply_table,
    first_layer,
    second_layer,
    outer_layer,
    complete,
    slice_bytes,
    transpose,
    functionals,
};

}  // namespace tercet::mpc
