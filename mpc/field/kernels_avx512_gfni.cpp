// Kernels for x86-64 with AVX-512 (F, BW, VL, DQ, VBMI, VPOPCNTDQ), GFNI and VPCLMULQDQ (compiled
// with these flags; called only where dispatch.cpp found all). Reference: kernels_portable.cpp.
// Constant time: no branch, no address from shares. The layers run on the lanes of layers.inl.h;
// functionals and vectors go through byte slices: row g of a slice holds bits 8g..8g+7 of 64
// vectors, so that one GF2P8AFFINEQB applies an 8x8 bit matrix to all of them.

#include <immintrin.h>

#include "mpc/field/clmul.inl.h"
#include "mpc/field/layers.inl.h"

namespace tercet::mpc {
namespace {

inline __m512i load_512(const std::uint8_t* from) {
  return _mm512_loadu_si512(from);
}

inline void store_512(std::uint8_t* into, __m512i x) {
  _mm512_storeu_si512(into, x);
}

inline __m512i xor3(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

// --- GF(2^128): four elements a register, as 128-bit integers of their reversed bytes ---

inline __m512i reverse_elements(__m512i x) {
  const __m128i order = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
}

/// Of the 64-bit words of `left` elements, at most four.
inline __mmask8 word_mask(std::size_t left) {
  return left >= 4 ? __mmask8{0xff} : static_cast<__mmask8>((1U << (2 * left)) - 1);
}

inline __m512i load_elements(const std::uint8_t* row, std::size_t k, __mmask8 mask) {
  return reverse_elements(_mm512_maskz_loadu_epi64(mask, row + 16 * k));
}

inline void store_elements(std::uint8_t* row, std::size_t k, __mmask8 mask, __m512i x) {
  _mm512_mask_storeu_epi64(row + 16 * k, mask, reverse_elements(x));
}

inline __m512i broadcast_element(Block128 a) {
  return _mm512_broadcast_i32x4(
      _mm_set_epi64x(static_cast<long long>(a.high), static_cast<long long>(a.low)));
}

/// Sums of products before reduction.
struct WideElements {
  __m512i low = _mm512_setzero_si512();
  __m512i mid = _mm512_setzero_si512();
  __m512i high = _mm512_setzero_si512();

  void add(__m512i x, __m512i y) {
    low = _mm512_xor_si512(low, _mm512_clmulepi64_epi128(x, y, 0x00));
    high = _mm512_xor_si512(high, _mm512_clmulepi64_epi128(x, y, 0x11));
    mid = xor3(mid, _mm512_clmulepi64_epi128(x, y, 0x10), _mm512_clmulepi64_epi128(x, y, 0x01));
  }

  void add_local(__m512i x_own, __m512i x_next, __m512i y_own, __m512i y_next) {
    add(x_own, _mm512_xor_si512(y_own, y_next));
    add(x_next, y_own);
  }

  /// All four sums together, reduced.
  Block128 total() const {
    return reduce_registers(WideRegisters{fold(low), fold(mid), fold(high)});
  }

  static __m128i fold(__m512i x) {
    const __m256i half =
        _mm256_xor_si256(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
    return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  }
};

/// The element times x: makes up for the bit that products of reflected elements are short of.
inline __m512i times_x(__m512i a) {
  const __m512i polynomial =
      _mm512_broadcast_i32x4(_mm_set_epi64x(static_cast<long long>(0xc200000000000000U), 1));
  const __m512i carry = _mm512_bslli_epi128(_mm512_srli_epi64(a, 63), 8);
  const __m512i overflow = _mm512_srai_epi32(_mm512_shuffle_epi32(a, _MM_PERM_DDDD), 31);
  return xor3(_mm512_slli_epi64(a, 1), carry, _mm512_and_si512(overflow, polynomial));
}

/// x * y for `y_times_x` = times_x(y).
inline __m512i multiply_elements(__m512i x, __m512i y_times_x) {
  const __m512i polynomial = _mm512_set1_epi64(static_cast<long long>(0xc200000000000000U));
  WideElements wide;
  wide.add(x, y_times_x);
  const __m512i mid = xor3(wide.mid,
                           _mm512_shuffle_epi32(wide.low, _MM_PERM_BADC),
                           _mm512_clmulepi64_epi128(wide.low, polynomial, 0x00));
  return xor3(wide.high,
              _mm512_shuffle_epi32(mid, _MM_PERM_BADC),
              _mm512_clmulepi64_epi128(mid, polynomial, 0x00));
}

Block128 inner_product(const std::uint8_t* a, const std::uint8_t* b, std::size_t count) {
  WideElements even;
  WideElements odd;
  std::size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    even.add(load_elements(a, k, 0xff), load_elements(b, k, 0xff));
    odd.add(load_elements(a, k + 4, 0xff), load_elements(b, k + 4, 0xff));
  }
  for (; k < count; k += 4) {
    const __mmask8 mask = word_mask(count - k);
    even.add(load_elements(a, k, mask), load_elements(b, k, mask));
  }
  return even.total() ^ odd.total();
}

void multiply_each(const std::uint8_t* a,
                   const std::uint8_t* b,
                   std::uint8_t* out,
                   std::size_t count) {
  for (std::size_t k = 0; k < count; k += 4) {
    const __mmask8 mask = word_mask(count - k);
    const __m512i product =
        multiply_elements(load_elements(a, k, mask), times_x(load_elements(b, k, mask)));
    store_elements(out, k, mask, product);
  }
}

void multiply_all(Block128 factor, const std::uint8_t* a, std::uint8_t* out, std::size_t count) {
  const __m512i factor_times_x = times_x(broadcast_element(factor));
  for (std::size_t k = 0; k < count; k += 4) {
    const __mmask8 mask = word_mask(count - k);
    store_elements(out, k, mask, multiply_elements(load_elements(a, k, mask), factor_times_x));
  }
}

void fold(Block128 point,
          const std::uint8_t* a,
          const std::uint8_t* b,
          std::uint8_t* out,
          std::size_t count) {
  const __m512i point_times_x = times_x(broadcast_element(point));
  for (std::size_t k = 0; k < count; k += 4) {
    const __mmask8 mask = word_mask(count - k);
    const __m512i start = load_elements(a, k, mask);
    const __m512i slope = _mm512_xor_si512(start, load_elements(b, k, mask));
    const __m512i value = _mm512_xor_si512(start, multiply_elements(slope, point_times_x));
    store_elements(out, k, mask, value);
  }
}

void halves(const SharedRow& x, const SharedRow& y, std::size_t half, HalfSums& out) {
  WideElements low;
  WideElements high;
  WideElements sum;
  for (std::size_t k = 0; k < half; k += 4) {
    const __mmask8 mask = word_mask(half - k);
    const __m512i a_own = load_elements(x.own, k, mask);
    const __m512i a_next = load_elements(x.next, k, mask);
    const __m512i b_own = load_elements(x.own, half + k, mask);
    const __m512i b_next = load_elements(x.next, half + k, mask);
    const __m512i c_own = load_elements(y.own, k, mask);
    const __m512i c_next = load_elements(y.next, k, mask);
    const __m512i d_own = load_elements(y.own, half + k, mask);
    const __m512i d_next = load_elements(y.next, half + k, mask);
    low.add_local(a_own, a_next, c_own, c_next);
    high.add_local(b_own, b_next, d_own, d_next);
    sum.add_local(_mm512_xor_si512(a_own, b_own),
                  _mm512_xor_si512(a_next, b_next),
                  _mm512_xor_si512(c_own, d_own),
                  _mm512_xor_si512(c_next, d_next));
  }
  out = HalfSums{low.total(), high.total(), sum.total()};
}

// --- tables ---

/// Eight parities at once: each product e AND mask folds to one word, whose ones are counted.
void apply_table(const std::uint8_t* bits,
                 const std::uint8_t* offsets,
                 const std::uint8_t* masks,
                 std::uint8_t* out,
                 std::size_t count) {
  const __m512i in_order = _mm512_set_epi64(7, 5, 6, 4, 3, 1, 2, 0);
  for (std::size_t k = 0; k < count; ++k) {
    const __m512i e =
        _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + 32 * k)));
    const std::uint8_t* mask = masks + std::size_t{offsets[k]} * 256;
    const __m512i v01 = _mm512_and_si512(e, load_512(mask));
    const __m512i v23 = _mm512_and_si512(e, load_512(mask + 64));
    const __m512i v45 = _mm512_and_si512(e, load_512(mask + 128));
    const __m512i v67 = _mm512_and_si512(e, load_512(mask + 192));
    const __m512i low =
        _mm512_xor_si512(_mm512_unpacklo_epi64(v01, v23), _mm512_unpackhi_epi64(v01, v23));
    const __m512i high =
        _mm512_xor_si512(_mm512_unpacklo_epi64(v45, v67), _mm512_unpackhi_epi64(v45, v67));
    const __m512i words = _mm512_xor_si512(_mm512_shuffle_i64x2(low, high, 0x88),
                                           _mm512_shuffle_i64x2(low, high, 0xdd));
    const __m512i counts = _mm512_popcnt_epi64(_mm512_permutexvar_epi64(in_order, words));
    out[k] = static_cast<std::uint8_t>(_mm512_test_epi64_mask(counts, _mm512_set1_epi64(1)));
  }
}

// --- between lanes, byte slices and vectors ---

constexpr std::size_t kQuarter = 64;  ///< vectors of a slice

/// Bits 8g..8g+7 of the 256 vectors of a block, in row g.
struct BlockSlices {
  alignas(64) std::uint8_t rows[32][kBlockVectors];
};

/// Takes two lanes of 32 bytes; slot s = 8L + 2k + p of the result has column 8k + 2L + p of both,
/// the second lane's first: where slice_lanes() needs it.
inline __m512i pair_columns() {
  alignas(64) std::uint8_t order[64];
  for (std::size_t slot = 0; slot < 32; ++slot) {
    const std::size_t column = 8 * (slot / 2 % 4) + 2 * (slot / 8) + slot % 2;
    order[2 * slot] = static_cast<std::uint8_t>(32 + column);
    order[2 * slot + 1] = static_cast<std::uint8_t>(column);
  }
  return _mm512_load_si512(order);
}

void slice_lanes(const std::uint8_t* lanes, BlockSlices& out) {
  const __m512i pairs = pair_columns();
  const __m512i identity = _mm512_set1_epi64(static_cast<long long>(0x8040201008040201U));
  for (std::size_t group = 0; group < 32; ++group) {
    const std::uint8_t* from = lanes + group * 8 * kLaneBytes;
    const __m512i w10 = _mm512_permutexvar_epi8(pairs, load_512(from));
    const __m512i w32 = _mm512_permutexvar_epi8(pairs, load_512(from + 64));
    const __m512i w54 = _mm512_permutexvar_epi8(pairs, load_512(from + 128));
    const __m512i w76 = _mm512_permutexvar_epi8(pairs, load_512(from + 192));
    const __m512i low_7654 = _mm512_unpacklo_epi16(w76, w54);
    const __m512i high_7654 = _mm512_unpackhi_epi16(w76, w54);
    const __m512i low_3210 = _mm512_unpacklo_epi16(w32, w10);
    const __m512i high_3210 = _mm512_unpackhi_epi16(w32, w10);
    // each word: byte n of lanes 7..0, an 8x8 bit matrix; times the identity it is transposed
    const __m512i matrices[4] = {_mm512_unpacklo_epi32(low_7654, low_3210),
                                 _mm512_unpackhi_epi32(low_7654, low_3210),
                                 _mm512_unpacklo_epi32(high_7654, high_3210),
                                 _mm512_unpackhi_epi32(high_7654, high_3210)};
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      store_512(out.rows[group] + kQuarter * quarter,
                _mm512_gf2p8affine_epi64_epi8(identity, matrices[quarter], 0));
    }
  }
}

/// Eight rows of 64 bytes to columns of 8 bytes: 128-bit part L of out[m] has columns 16L + 2m and
/// 16L + 2m + 1.
inline void interleave_rows(const __m512i (&row)[8], __m512i (&out)[8]) {
  const __m512i a0 = _mm512_unpacklo_epi8(row[0], row[1]);
  const __m512i a1 = _mm512_unpackhi_epi8(row[0], row[1]);
  const __m512i b0 = _mm512_unpacklo_epi8(row[2], row[3]);
  const __m512i b1 = _mm512_unpackhi_epi8(row[2], row[3]);
  const __m512i c0 = _mm512_unpacklo_epi8(row[4], row[5]);
  const __m512i c1 = _mm512_unpackhi_epi8(row[4], row[5]);
  const __m512i d0 = _mm512_unpacklo_epi8(row[6], row[7]);
  const __m512i d1 = _mm512_unpackhi_epi8(row[6], row[7]);
  const __m512i p[4] = {_mm512_unpacklo_epi16(a0, b0),
                        _mm512_unpackhi_epi16(a0, b0),
                        _mm512_unpacklo_epi16(a1, b1),
                        _mm512_unpackhi_epi16(a1, b1)};
  const __m512i q[4] = {_mm512_unpacklo_epi16(c0, d0),
                        _mm512_unpackhi_epi16(c0, d0),
                        _mm512_unpacklo_epi16(c1, d1),
                        _mm512_unpackhi_epi16(c1, d1)};
  for (std::size_t i = 0; i < 4; ++i) {
    out[2 * i] = _mm512_unpacklo_epi32(p[i], q[i]);
    out[2 * i + 1] = _mm512_unpackhi_epi32(p[i], q[i]);
  }
}

/// Stores part L of all four, one behind the other, at into + L * stride.
inline void store_parts(
    __m512i a, __m512i b, __m512i c, __m512i d, std::uint8_t* into, std::size_t stride) {
  const __m512i ab_even = _mm512_shuffle_i64x2(a, b, 0x88);
  const __m512i ab_odd = _mm512_shuffle_i64x2(a, b, 0xdd);
  const __m512i cd_even = _mm512_shuffle_i64x2(c, d, 0x88);
  const __m512i cd_odd = _mm512_shuffle_i64x2(c, d, 0xdd);
  store_512(into, _mm512_shuffle_i64x2(ab_even, cd_even, 0x88));
  store_512(into + stride, _mm512_shuffle_i64x2(ab_odd, cd_odd, 0x88));
  store_512(into + 2 * stride, _mm512_shuffle_i64x2(ab_even, cd_even, 0xdd));
  store_512(into + 3 * stride, _mm512_shuffle_i64x2(ab_odd, cd_odd, 0xdd));
}

void transpose(std::uint8_t* lanes, std::size_t blocks) {
  Scratch<BlockSlices> slices;
  for (std::size_t block = 0; block < blocks; ++block) {
    std::uint8_t* const at = lanes + block * 256 * kLaneBytes;
    slice_lanes(at, slices.value);
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      __m512i columns[4][8];
      for (std::size_t part = 0; part < 4; ++part) {
        __m512i rows[8];
        for (std::size_t i = 0; i < 8; ++i) {
          rows[i] = load_512(slices.value.rows[8 * part + i] + kQuarter * quarter);
        }
        interleave_rows(rows, columns[part]);
      }
      for (std::size_t m = 0; m < 8; ++m) {
        store_parts(_mm512_unpacklo_epi64(columns[0][m], columns[1][m]),
                    _mm512_unpacklo_epi64(columns[2][m], columns[3][m]),
                    _mm512_unpackhi_epi64(columns[0][m], columns[1][m]),
                    _mm512_unpackhi_epi64(columns[2][m], columns[3][m]),
                    at + (kQuarter * quarter + 2 * m) * 32,
                    std::size_t{16} * 32);
      }
    }
  }
}

void slice_bytes(const std::uint8_t* bytes, std::uint8_t* lanes, std::size_t blocks) {
  for (std::size_t word = 0; word < 4 * blocks; ++word) {
    const __m512i x = load_512(bytes + kQuarter * word);
    std::uint8_t* const out = lanes + word / 4 * 8 * kLaneBytes + word % 4 * 8;
    for (std::size_t bit = 0; bit < 8; ++bit) {
      const std::uint64_t mask =
          _mm512_test_epi8_mask(x, _mm512_set1_epi8(static_cast<char>(1U << bit)));
      std::memcpy(out + bit * kLaneBytes, &mask, 8);
    }
  }
}

// --- functionals ---

constexpr std::size_t kOutputBytes = kFunctionalRows / 8;
constexpr std::size_t kGroupsAtOnce = 16;

/// The public matrix as 8x8 pieces, rows reversed as GF2P8AFFINEQB wants them.
struct Pieces {
  std::uint64_t at[kOutputBytes][kFunctionalGroups] = {};

  explicit Pieces(const FunctionalMatrix& matrix) {
    for (std::size_t output = 0; output < kOutputBytes; ++output) {
      for (std::size_t group = 0; group < kFunctionalGroups; ++group) {
        at[output][group] = load_word(matrix[group].data() + 8 * output);
      }
    }
  }
};

struct OutputSlices {
  __m512i rows[kOutputBytes];
};

/// Adds what groups first..first+15 give to every output byte of 64 vectors.
inline void add_groups(const BlockSlices& slices,
                       std::size_t quarter,
                       std::size_t first,
                       const Pieces& pieces,
                       OutputSlices& out) {
  __m512i in[kGroupsAtOnce];
  for (std::size_t i = 0; i < kGroupsAtOnce; ++i) {
    in[i] = load_512(slices.rows[first + i] + kQuarter * quarter);
  }
  for (std::size_t output = 0; output < kOutputBytes; ++output) {
    const std::uint64_t* const piece = pieces.at[output] + first;
    __m512i sum = first == 0 ? _mm512_setzero_si512() : out.rows[output];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kGroupsAtOnce; i += 2) {
      const __m512i a = _mm512_set1_epi64(static_cast<long long>(piece[i]));
      const __m512i b = _mm512_set1_epi64(static_cast<long long>(piece[i + 1]));
      sum = xor3(sum,
                 _mm512_gf2p8affine_epi64_epi8(in[i], a, 0),
                 _mm512_gf2p8affine_epi64_epi8(in[i + 1], b, 0));
    }
    out.rows[output] = sum;
  }
}

/// Sixteen output bytes of 64 vectors to 64 elements.
inline void store_elements_of(const __m512i* rows, std::uint8_t* into) {
  __m512i columns[2][8];
  for (std::size_t part = 0; part < 2; ++part) {
    __m512i half[8];
    for (std::size_t i = 0; i < 8; ++i) {
      half[i] = rows[8 * part + i];
    }
    interleave_rows(half, columns[part]);
  }
  for (std::size_t m = 0; m < 8; m += 2) {
    store_parts(_mm512_unpacklo_epi64(columns[0][m], columns[1][m]),
                _mm512_unpackhi_epi64(columns[0][m], columns[1][m]),
                _mm512_unpacklo_epi64(columns[0][m + 1], columns[1][m + 1]),
                _mm512_unpackhi_epi64(columns[0][m + 1], columns[1][m + 1]),
                into + 2 * m * 16,
                std::size_t{16} * 16);
  }
}

inline std::uint64_t bit_of_each(__m512i bytes, unsigned bit) {
  return _mm512_test_epi8_mask(bytes, _mm512_set1_epi8(static_cast<char>(1U << bit)));
}

/// Index and parity of 64 vectors. Bits 0..2 of the index and the parity from the sum of all rows,
/// bit 3+q from the sum of the rows whose number has bit q; rows are summed from the top bit down.
inline void linear_of(const BlockSlices& slices, std::size_t quarter, std::uint8_t* linear) {
  const __m512i parity = _mm512_set1_epi64(static_cast<long long>(0xff00000000000000U));
  const __m512i low_bits = _mm512_set1_epi64(static_cast<long long>(0xaaccf0ff00000000U));
  const auto store = [linear, quarter](std::size_t row, std::uint64_t bits) {
    std::memcpy(linear + row * kLaneBytes + 8 * quarter, &bits, 8);
  };
  __m512i sums[32];
  for (std::size_t g = 0; g < 32; ++g) {
    sums[g] = load_512(slices.rows[g] + kQuarter * quarter);
  }
#pragma GCC unroll 5
  for (unsigned q = 5; q-- > 0;) {
    const std::size_t half = std::size_t{1} << q;
    __m512i upper = _mm512_setzero_si512();
#pragma GCC unroll 16
    for (std::size_t g = 0; g < half; ++g) {
      upper = _mm512_xor_si512(upper, sums[half + g]);
      sums[g] = _mm512_xor_si512(sums[g], sums[half + g]);
    }
    store(3 + q, bit_of_each(_mm512_gf2p8affine_epi64_epi8(upper, parity, 0), 0));
  }
  const __m512i rest = _mm512_gf2p8affine_epi64_epi8(sums[0], low_bits, 0);
  store(0, bit_of_each(rest, 0));
  store(1, bit_of_each(rest, 1));
  store(2, bit_of_each(rest, 2));
  store(8, bit_of_each(rest, 3));
}

void functionals(const std::uint8_t* lanes,
                 const FunctionalMatrix& matrix,
                 const FunctionalOutputs& out,
                 std::size_t blocks) {
  const Pieces pieces(matrix);
  Scratch<BlockSlices> slices;
  Scratch<OutputSlices> outputs;
  for (std::size_t block = 0; block < blocks; ++block) {
    slice_lanes(lanes + block * 256 * kLaneBytes, slices.value);
    std::uint8_t* const linear = out.linear + block * kLinearRows * kLaneBytes;
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      add_groups(slices.value, quarter, 0, pieces, outputs.value);
      add_groups(slices.value, quarter, kGroupsAtOnce, pieces, outputs.value);
      const std::size_t at = (block * kBlockVectors + kQuarter * quarter) * 16;
      store_elements_of(outputs.value.rows, out.a + at);
      store_elements_of(outputs.value.rows + 16, out.b + at);
      store_elements_of(outputs.value.rows + 32, out.c + at);
      linear_of(slices.value, quarter, linear);
    }
  }
}

}  // namespace

const KernelTable kAvx512GfniKernels = {
    xor_into,
    Rows::multiply,
    inner_product,
    multiply_each,
    multiply_all,
    fold,
    halves,
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
