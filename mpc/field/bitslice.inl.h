#pragma once

// Between lanes, bytes and vectors, and the functionals, for paths without byte permutations of
// their own. Compiled once for each CPU path, as layers.inl.h is. Constant time. Cost of the
// functionals (method of four Russians): for each group of 8 lanes all 256 sums are made, then each
// of 384 rows adds the one its PUBLIC coefficients name. Two groups at a time, since what bounds it
// are the stores.

#include <bit>

#include "mpc/field/layers.inl.h"

namespace tercet::mpc {
namespace {

void slice_bytes(const std::uint8_t* bytes, std::uint8_t* lanes, std::size_t blocks) {
  for (std::size_t block = 0; block < blocks; ++block) {
    std::uint8_t* out = lanes + block * 8 * kLaneBytes;
    for (std::size_t column = 0; column < kLaneBytes; ++column) {
      std::uint64_t x = 0;
      std::memcpy(&x, bytes + block * kBlockVectors + 8 * column, 8);
      std::uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aaU;
      x ^= t ^ (t << 7);
      t = (x ^ (x >> 14)) & 0x0000cccc0000ccccU;
      x ^= t ^ (t << 14);
      t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0U;
      x ^= t ^ (t << 28);
      for (std::size_t bit = 0; bit < 8; ++bit) {
        out[bit * kLaneBytes + column] = static_cast<std::uint8_t>(x >> (8 * bit));
      }
    }
  }
}

/// Four 64x64 bit matrices side by side: word w of row i, bit c becomes word w of row c, bit i.
inline void transpose_tiles(Lane* rows) {
  std::uint64_t mask = 0x00000000ffffffffU;
  for (unsigned step = 32; step != 0; step >>= 1, mask ^= mask << step) {
    const Lane masks = {mask, mask, mask, mask};
    for (unsigned k = 0; k < 64; k = ((k | step) + 1) & ~step) {
      const Lane t = ((rows[k] >> step) ^ rows[k | step]) & masks;
      rows[k] ^= t << step;
      rows[k | step] ^= t;
    }
  }
}

struct TileRows {
  Lane rows[64];
};

/// 64 rows (lanes) to column `column` of 256 vectors of `words` 64-bit words.
inline void scatter_tiles(const TileRows& tile,
                          std::uint8_t* vectors,
                          std::size_t words,
                          std::size_t column) {
  for (std::size_t word = 0; word < 4; ++word) {
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint64_t bits = tile.rows[i][word];
      std::memcpy(vectors + ((64 * word + i) * words + column) * 8, &bits, 8);
    }
  }
}

void transpose(std::uint8_t* lanes, std::size_t blocks) {
  Scratch<std::array<TileRows, 4>> tiles;
  for (std::size_t block = 0; block < blocks; ++block) {
    std::uint8_t* at = lanes + block * 256 * kLaneBytes;
    std::memcpy(&tiles.value, at, sizeof tiles.value);
    for (std::size_t column = 0; column < 4; ++column) {
      transpose_tiles(tiles.value[column].rows);
      scatter_tiles(tiles.value[column], at, 4, column);
    }
  }
}

struct FunctionalScratch {
  Lane even_sums[256];  ///< of the groups 0, 2, 4 ...
  Lane odd_sums[256];
  Lane rows[kFunctionalRows];
  Lane linear[128];
};

/// Index bit p is the sum of the lanes j with bit p of j set; parity the sum of all. From the top
/// bit down: the upper half summed is the index bit, then it is added to the lower half.
inline void linear_rows(const LaneInMemory* e, Lane* sums, LaneInMemory* out) {
  Lane index = Lane{};
  for (std::size_t j = 0; j < 128; ++j) {
    const Lane upper = e[128 + j];
    index ^= upper;
    sums[j] = e[j] ^ upper;
  }
  out[7] = index;
  for (std::size_t bit = 7; bit-- > 0;) {
    const std::size_t half = std::size_t{1} << bit;
    index = Lane{};
    for (std::size_t j = 0; j < half; ++j) {
      index ^= sums[half + j];
      sums[j] ^= sums[half + j];
    }
    out[bit] = index;
  }
  out[8] = sums[0];
}

/// Of 8 lanes, sums[c] is the sum of those whose bits are set in c. The sums of the lowest three
/// stay in registers.
inline void all_sums(const LaneInMemory* lanes, Lane* sums) {
  const Lane e0 = lanes[0];
  const Lane e1 = lanes[1];
  const Lane e2 = lanes[2];
  const Lane e01 = e0 ^ e1;
  const Lane e02 = e0 ^ e2;
  const Lane e12 = e1 ^ e2;
  const Lane e012 = e01 ^ e2;
  for (std::size_t upper = 0; upper < 256; upper += 8) {
    Lane sum = Lane{};
    if (upper != 0) {
      const std::size_t rest = upper & (upper - 1);  // without its lowest bit
      sum = sums[rest] ^ lanes[static_cast<unsigned>(std::countr_zero(upper))];
    }
    sums[upper] = sum;
    sums[upper + 1] = sum ^ e0;
    sums[upper + 2] = sum ^ e1;
    sums[upper + 3] = sum ^ e01;
    sums[upper + 4] = sum ^ e2;
    sums[upper + 5] = sum ^ e02;
    sums[upper + 6] = sum ^ e12;
    sums[upper + 7] = sum ^ e012;
  }
}

static_assert(kFunctionalGroups % 2 == 0);

void functionals(const std::uint8_t* lanes,
                 const FunctionalMatrix& matrix,
                 const FunctionalOutputs& out,
                 std::size_t blocks) {
  Scratch<FunctionalScratch> scratch;
  Lane* even_sums = scratch.value.even_sums;
  Lane* odd_sums = scratch.value.odd_sums;
  Lane* rows = scratch.value.rows;
  Scratch<TileRows> tile;
  for (std::size_t block = 0; block < blocks; ++block) {
    const LaneInMemory* e = lanes_at(lanes, block * 256);
    std::memset(rows, 0, sizeof scratch.value.rows);
    for (std::size_t group = 0; group < kFunctionalGroups; group += 2) {
      all_sums(e + 8 * group, even_sums);
      all_sums(e + 8 * (group + 1), odd_sums);
      const std::array<std::uint8_t, kFunctionalRows>& even = matrix[group];
      const std::array<std::uint8_t, kFunctionalRows>& odd = matrix[group + 1];
      for (std::size_t row = 0; row < kFunctionalRows; ++row) {
        rows[row] ^= even_sums[even[row]] ^ odd_sums[odd[row]];
      }
    }
    std::uint8_t* const elements[3] = {out.a, out.b, out.c};
    for (std::size_t functional = 0; functional < 3; ++functional) {
      for (std::size_t column = 0; column < 2; ++column) {
        std::memcpy(&tile.value, rows + 128 * functional + 64 * column, sizeof tile.value);
        transpose_tiles(tile.value.rows);
        scatter_tiles(tile.value, elements[functional] + block * kBlockVectors * 16, 2, column);
      }
    }
    linear_rows(e, scratch.value.linear, lanes_at(out.linear, block * kLinearRows));
  }
}

}  // namespace
}  // namespace tercet::mpc
