// Kernels for x86-64 with AVX2 and PCLMULQDQ (compiled with -mavx2 -mpclmul; called only where
// dispatch.cpp found both). Reference: kernels_portable.cpp. Constant time: no branch, no address
// from shares. Cost: four carry-less products and a reduction of 20 word operations a product;
// about 40 instructions a table application.

#include <immintrin.h>

#include "mpc/field/bitslice.inl.h"
#include "mpc/field/clmul.inl.h"

namespace tercet::mpc {
namespace {

inline __m256i load_256(const std::uint8_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

inline __m256i fold_to_64(__m256i a, __m256i b) {
  return _mm256_xor_si256(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
}

inline __m256i fold_to_128(__m256i ab, __m256i cd) {
  return _mm256_xor_si256(_mm256_permute2x128_si256(ab, cd, 0x20),
                          _mm256_permute2x128_si256(ab, cd, 0x31));
}

/// Eight parities at once: each product is folded to 32 bits beside the others, and the sign bits
/// are collected. The fold leaves the order 0 1 4 5 2 3 6 7, so the masks are taken in that order.
void apply_table(const std::uint8_t* bits,
                 const std::uint8_t* offsets,
                 const std::uint8_t* masks,
                 std::uint8_t* out,
                 std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const __m256i e = load_256(bits + 32 * k);
    const std::uint8_t* mask = masks + std::size_t{offsets[k]} * 256;
    const __m256i v0 = _mm256_and_si256(e, load_256(mask));
    const __m256i v1 = _mm256_and_si256(e, load_256(mask + 32));
    const __m256i v4 = _mm256_and_si256(e, load_256(mask + 64));
    const __m256i v5 = _mm256_and_si256(e, load_256(mask + 96));
    const __m256i v2 = _mm256_and_si256(e, load_256(mask + 128));
    const __m256i v3 = _mm256_and_si256(e, load_256(mask + 160));
    const __m256i v6 = _mm256_and_si256(e, load_256(mask + 192));
    const __m256i v7 = _mm256_and_si256(e, load_256(mask + 224));
    const __m256i low = fold_to_128(fold_to_64(v0, v1), fold_to_64(v2, v3));
    const __m256i high = fold_to_128(fold_to_64(v4, v5), fold_to_64(v6, v7));
    const __m256 low_ps = _mm256_castsi256_ps(low);
    const __m256 high_ps = _mm256_castsi256_ps(high);
    __m256i x = _mm256_castps_si256(_mm256_xor_ps(_mm256_shuffle_ps(low_ps, high_ps, 0x88),
                                                  _mm256_shuffle_ps(low_ps, high_ps, 0xdd)));
    x = _mm256_xor_si256(x, _mm256_slli_epi32(x, 16));
    x = _mm256_xor_si256(x, _mm256_slli_epi32(x, 8));
    x = _mm256_xor_si256(x, _mm256_slli_epi32(x, 4));
    x = _mm256_xor_si256(x, _mm256_slli_epi32(x, 2));
    x = _mm256_xor_si256(x, _mm256_slli_epi32(x, 1));
    out[k] = static_cast<std::uint8_t>(_mm256_movemask_ps(_mm256_castsi256_ps(x)));
  }
}

}  // namespace

const KernelTable kAvx2ClmulKernels = {
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
